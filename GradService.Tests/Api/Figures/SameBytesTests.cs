using System.Text;
using GradService.Api.Figures;

namespace GradService.Tests.Api.Figures;

/// <summary>The same request gives the same bytes, whatever else is being drawn.</summary>
[Collection(SharedApplication.Name)]
[Trait("Lane", "Slow")]
public sealed class SameBytesTests(GradApplication application)
{
    private static readonly (string Format, string Theme)[] Looks = [("svg", "light"), ("svg", "dark"), ("png", "light"), ("png", "dark")];

    private static IReadOnlyList<string> Requests =>
    [
        .. Looks.SelectMany(look => new[]
        {
            FigureRequest.Compare($$"""{ "width": 900, "height": 560, "format": "{{look.Format}}", "theme": "{{look.Theme}}" }"""),
            FigureRequest.Gradient("jacobian", "train", figure: $$"""{ "format": "{{look.Format}}", "theme": "{{look.Theme}}" }"""),
            FigureRequest.Field(FigureRequest.Grid(9, 7), $$"""{ "format": "{{look.Format}}", "theme": "{{look.Theme}}" }"""),
            FigureRequest.Field(FigureRequest.Spiral(50), $$"""{ "format": "{{look.Format}}", "theme": "{{look.Theme}}" }"""),
            FigureRequest.Objectives($$"""{ "format": "{{look.Format}}", "theme": "{{look.Theme}}" }"""),
        }),
    ];

    [Fact]
    public async Task Pictures_drawn_at_once_are_those_that_are_drawn_alone()
    {
        var alone = new List<byte[]>();
        foreach (var request in Requests)
        {
            alone.Add((await application.DrawAsync(request)).Image);
        }

        Assert.Distinct(alone.Select(Convert.ToBase64String));
        for (var round = 0; round < 3; round++)
        {
            var together = await Task.WhenAll(Requests.Select(async request => (await application.DrawAsync(request)).Image));
            Assert.All(alone.Zip(together), pair => Assert.Equal(pair.First, pair.Second));
        }
    }

    [Fact]
    public async Task A_service_that_has_drawn_nothing_yet_draws_the_same()
    {
        var here = (await application.DrawAsync(Requests[0])).Image;
        await using var another = new GradApplication();
        Assert.Equal(here, (await another.DrawAsync(Requests[0])).Image);
    }

    [Fact]
    public void What_is_drawn_ahead_of_the_first_request_is_a_picture() =>
        Assert.StartsWith("<svg ", Encoding.UTF8.GetString(FirstFigure.Picture), StringComparison.Ordinal);

    [Fact]
    public async Task An_answer_says_what_it_is_and_lets_a_browser_load_nothing()
    {
        var svg = await application.DrawAsync(FigureRequest.Gradient());
        Assert.Equal("image/svg+xml", svg.ContentHeaders.ContentType?.ToString());
        Assert.StartsWith("<svg xmlns=", Encoding.UTF8.GetString(svg.Image), StringComparison.Ordinal);
        Assert.StartsWith("default-src 'none';", Assert.Single(svg.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(svg.Headers.GetValues("X-Content-Type-Options")));
        var png = await application.DrawAsync(FigureRequest.Gradient(figure: """{ "format": "png" }"""));
        Assert.Equal("image/png", png.ContentHeaders.ContentType?.ToString());
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], png.Image[..4]);
    }

    [Fact]
    public async Task An_SVG_is_compressed_for_who_asks_for_it()
    {
        var plain = (await application.DrawAsync(FigureRequest.Gradient())).Image;
        using var client = application.CreateClient();
        client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip");
        using var content = new StringContent(FigureRequest.Gradient(), Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("/v1/figures", content);
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        await using var unpacked =
            new System.IO.Compression.GZipStream(await response.Content.ReadAsStreamAsync(), System.IO.Compression.CompressionMode.Decompress);
        using var whole = new MemoryStream();
        await unpacked.CopyToAsync(whole);
        Assert.Equal(plain, whole.ToArray());
    }

    [Fact]
    public void The_drawing_library_asks_for_nothing_that_a_bare_system_lacks()
    {
        // Skia for a desktop asks for fontconfig, which images for servers do not have.
        var library = Path.Combine(Path.GetDirectoryName(typeof(Program).Assembly.Location)!, "libSkiaSharp.so");
        Assert.True(!OperatingSystem.IsLinux() || (File.Exists(library) && File.ReadAllBytes(library).AsSpan().IndexOf("libfontconfig.so"u8) < 0));
        Assert.False(Directory.Exists(Path.Combine(Path.GetDirectoryName(library)!, "runtimes")), "there are libraries of other systems");
    }
}
