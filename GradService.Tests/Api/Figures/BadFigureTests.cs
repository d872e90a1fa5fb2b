using System.Net;
using System.Text;

namespace GradService.Tests.Api.Figures;

/// <summary>Pictures that cannot be had, and what is said of them.</summary>
[Collection(SharedApplication.Name)]
public sealed class BadFigureTests(GradApplication application)
{
    public static TheoryData<string, string, string> Refusals => new()
    {
        { "{}", "of", "Expected \"of\" and \"request\", or \"panels\", got nothing." },
        { """{ "of": "gradients" }""", "request", "Expected the request that \"of\" speaks of, got nothing." },
        { """{ "of": "gradients", "request": {}, "panels": [{ "of": "gradients", "request": {} }] }""", "panels",
            "Expected either \"panels\" or \"of\" and \"request\", got both." },
        { """{ "panels": [] }""", "panels", "Expected a list of 1 to 20 entries, got an empty list." },
        { """{ "of": "losses", "request": {} }""", "of", "Expected one of gradients, compare, objectives, got 'losses'." },
        { """{ "of": "gradients", "request": [] }""", "request", "Expected an object, got a list." },
        { FigureRequest.Gradient(figure: """{ "width": 199 }"""), "figure.width", "Expected an integer from 200 to 4096, got 199." },
        { FigureRequest.Gradient(figure: """{ "height": 4097 }"""), "figure.height", "Expected an integer from 200 to 4096, got 4097." },
        { FigureRequest.Gradient(figure: """{ "theme": "blue" }"""), "figure.theme", "Expected one of light, dark, got 'blue'." },
        { FigureRequest.Gradient(figure: """{ "format": "jpeg" }"""), "figure.format", "Expected one of svg, png, got 'jpeg'." },
        { FigureRequest.Gradient(figure: """{ "kind": "curve" }"""), "figure.kind",
            "Expected one of curves, coupling, field, terms, got 'curve'. Did you mean 'curves'?" },
        { FigureRequest.Gradient(figure: """{ "kind": "terms" }"""), "figure.kind",
            "Expected curves, coupling or field of gradients, got 'terms'. Left out, it is what fits the request." },
        { FigureRequest.Objectives("""{ "kind": "field" }"""), "figure.kind",
            "Expected terms of objectives, got 'field'. Left out, it is what fits the request." },
        { FigureRequest.Gradient(figure: """{ "kind": "field" }"""), "request.network.inputShape", "Expected two inputs for a figure of kind field, got 1. …" },
        { FigureRequest.Field("[[0, 0], [1, 1]]", """{ "kind": "curves" }"""), "request.network.inputShape",
            "Expected one input for a figure of kind curves, got 2. …" },
        { FigureRequest.Gradient(figure: """{ "kind": "coupling" }"""), "request.gradient.kind",
            "Expected jacobian for a figure of kind coupling, got 'perSample'." },
        { FigureRequest.Gradient("jacobian", figure: """{ "kind": "curves" }"""), "request.gradient.kind", "Expected sum, perSample, derivatives, "
            + "hessian or laplacian for a figure of kind curves, got 'jacobian'. A Jacobian is drawn by kind coupling, alone." },
        { FigureRequest.Compare(compare: """, "compare": [{ "mode": "train", "kind": "sum" }, { "mode": "train", "kind": "jacobian" }]"""), "request.compare",
            "Expected sum, perSample, derivatives, hessian or laplacian for a figure of kind curves, got 'jacobian'. A Jacobian is drawn "
                + "by kind coupling, alone." },
        { FigureRequest.Compare("""{ "width": 300, "height": 300 }"""), "figure",
            "Expected a picture of at least 380 by 510 pixels for 5 panels, got 300 by 300." },
        { FigureRequest.Gradient(network: FigureRequest.Forum.Replace("\"outFeatures\": 1 }", "\"outFeatures\": 3 }", StringComparison.Ordinal)),
            "request.gradient.outputs", "Expected the index of the one output to draw, got nothing, where there are 3 outputs. Select one: \"outputs\": [0]." },
        { FigureRequest.Gradient().Replace("\"tanh\"", "\"tan\"", StringComparison.Ordinal), "request.network.layers[1].type",
            "Expected the name of a layer, got 'tan'. Did you mean 'tanh'?…" },
        { FigureRequest.Gradient().Replace("\"inputs\": [", "\"inputs\": [0.5, ", StringComparison.Ordinal), "request.inputs[1]",
            "Expected a number, as before, got a list." },
        { FigureRequest.Compare(compare: """, "compare": [{ "mode": "train", "kind": "summ" }]"""), "request.compare[0].kind",
            "Expected the name of a kind of gradient, got 'summ'. Did you mean 'sum'?…" },
        { FigureRequest.Compare(compare: """, "gradient": { "weights": 1 }"""), "request.gradient.weights", "Expected a known field, got 'weights'.…" },
        { $$"""{ "panels": [{ "of": "gradients", "request": { "network": {{FigureRequest.Forum}}, "inputs": [[0], """
            + $$"""[1]], "gradient": { "kind": "sum" }, "x": 1 } }] }""", "panels[0].request.x", "Expected a known field, got 'x'.…" },
        { FigureRequest.Objectives().Replace("sin(pi*x)", "sin(pi*y)", StringComparison.Ordinal), "request.terms[0].residual", "…" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_has_no_picture_is_refused_at_its_field(string request, string path, string message) =>
        (await ProblemAnswer.PostAsync(application, "/v1/figures", request)).AssertSays(400, path, message);

    [Fact]
    public async Task Scattered_samples_that_are_too_many_to_draw_are_refused() =>
        (await ProblemAnswer.PostAsync(application, "/v1/figures", FigureRequest.Field(FigureRequest.Spiral(2_001))))
            .AssertSays(413, "request.inputs", "Expected at most 2000 samples that are not an even grid, as each is drawn as a point, got 2001.…");

    [Fact]
    public async Task Samples_beyond_all_pixels_are_refused() =>
        (await ProblemAnswer.PostAsync(application, "/v1/figures",
            FigureRequest.Gradient().Replace(FigureRequest.Line(50),
                $$"""{ "shape": [200001, 1], "dtype": "float32", "base64": "{{Convert.ToBase64String(new byte[4 * 200_001])}}" }""", StringComparison.Ordinal)))
            .AssertSays(413, "request.inputs", "Expected at most 200000 samples in a figure, got 200001. Far fewer look the same.");

    [Fact]
    public async Task A_grid_may_have_more() => Assert.NotEmpty((await application.DrawAsync(FigureRequest.Field(FigureRequest.Grid(80, 70)))).Image);

    [Fact]
    public async Task One_sample_in_mode_train_has_no_picture_as_it_has_no_answer() =>
        Assert.Equal(422, (await ProblemAnswer.PostAsync(application, "/v1/figures", FigureRequest.Gradient("sum", "train", samples: 1))).Status);

    [Fact]
    public async Task How_arrays_would_be_written_is_passed_over() =>
        Assert.NotEmpty((await application.DrawAsync(
            FigureRequest.Gradient().Replace("\"request\": {", "\"request\": { \"encoding\": \"base64\", ", StringComparison.Ordinal))).Image);

    [Theory]
    [InlineData("image/png", "svg", 406)]
    [InlineData("application/json", "svg", 406)]
    [InlineData("image/svg+xml;q=0, */*;q=0.1", "png", 200)]
    [InlineData("image/*", "png", 200)]
    [InlineData("text/html, image/svg+xml", "svg", 200)]
    public async Task A_caller_who_would_not_take_the_format_is_told_so_before_anything_is_computed(string accept, string format, int status)
    {
        using var client = application.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/figures")
        {
            Content = new StringContent(FigureRequest.Gradient(figure: $$"""{ "format": "{{format}}" }"""), Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.ParseAdd(accept);
        using var response = await client.SendAsync(request);
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
    }
}
