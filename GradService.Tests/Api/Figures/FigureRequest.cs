using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Xml.Linq;

namespace GradService.Tests.Api.Figures;

/// <summary>Requests for pictures, and pictures.</summary>
internal static class FigureRequest
{
    /// <summary>The forum's network, in float64 so that no processor's last bits are seen.</summary>
    public const string Forum =
        """{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 10 }, { "type": "tanh" }, { "type": "batchNorm", "affine": false }, """
            + """{ "type": "linear", "outFeatures": 1 }], "dtype": "float64", "seed": 7 }""";

    public const string TwoInputs =
        """{ "inputShape": [2], "layers": [{ "type": "linear", "outFeatures": 12 }, { "type": "tanh" }, { "type": "batchNorm" }, """
            + """{ "type": "linear", "outFeatures": 1 }], "dtype": "float64", "seed": 3 }""";

    public const string Poisson = """
        "points": [{ "name": "interior", "inputs": [[0.1], [0.3], [0.5], [0.7], [0.9]] }, { "name": "boundary", "inputs": [[0], [1]] }],
        "terms": [{ "name": "pde", "on": "interior", "residual": "u_xx + pi^2*sin(pi*x)" }, { "name": "bc", "on": "boundary", "residual": "u", "weight": 100 }]
        """;

    public static string Gradient(string kind = "perSample", string mode = "trainDetached", int samples = 50, string figure = "{}", string network = Forum) =>
        $$"""
            { "of": "gradients", "figure": {{figure}}, "request": {
              "network": {{network}}, "inputs": {{Line(samples)}}, "batchNorm": { "mode": "{{mode}}" }, "gradient": { "kind": "{{kind}}" } } }
            """;

    public static string Compare(string figure = """{ "width": 1100, "height": 560 }""", string compare = "", int samples = 50) => $$"""
        { "of": "compare", "request": { "network": {{Forum}}, "inputs": {{Line(samples)}}{{compare}} }, "figure": {{figure}} }
        """;

    public static string Field(string inputs, string figure = """{ "width": 560, "height": 460 }""") => $$"""
        { "of": "gradients", "figure": {{figure}}, "request": {
          "network": {{TwoInputs}}, "inputs": {{inputs}}, "batchNorm": { "mode": "trainDetached" }, "gradient": { "kind": "perSample" } } }
        """;

    public static string Objectives(string figure = """{ "width": 960, "height": 320 }""") => $$"""
        { "of": "objectives", "request": { "network": {{Forum}}, {{Poisson}} }, "figure": {{figure}} }
        """;

    /// <summary>Samples from 0 to 1.</summary>
    public static string Line(int samples) =>
        $"[{string.Join(", ", Enumerable.Range(0, samples).Select(i => $"[{Text(i / (double)Math.Max(1, samples - 1))}]"))}]";

    /// <summary>An even grid on [−1, 1]².</summary>
    public static string Grid(int columns, int rows) =>
        List(from row in Enumerable.Range(0, rows)
             from column in Enumerable.Range(0, columns)
             select ((2.0 * column / (columns - 1)) - 1, (2.0 * row / (rows - 1)) - 1));

    /// <summary>Samples that are no grid.</summary>
    public static string Spiral(int samples) =>
        List(Enumerable.Range(1, samples).Select(i => (Radius: Math.Sqrt(i / (double)samples), Angle: 2.4 * i))
            .Select(point => (Math.Cos(point.Angle) * point.Radius, Math.Sin(point.Angle) * point.Radius)));

    private static string List(IEnumerable<(double X, double Y)> points) =>
        $"[{string.Join(", ", points.Select(point => $"[{Text(point.X)}, {Text(point.Y)}]"))}]";

    public static async Task<(byte[] Image, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders)> DrawAsync(
        this GradApplication application, string request)
    {
        using var client = application.CreateClient();
        using var content = new StringContent(request, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("/v1/figures", content);
        var image = await response.Content.ReadAsByteArrayAsync();
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode} {(response.IsSuccessStatusCode ? "" : Encoding.UTF8.GetString(image))}");
        return (image, response.Headers, response.Content.Headers);
    }

    public static async Task<XElement> DrawSvgAsync(this GradApplication application, string request) =>
        XDocument.Parse(Encoding.UTF8.GetString((await application.DrawAsync(request)).Image)).Root!;

    private static string Text(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
