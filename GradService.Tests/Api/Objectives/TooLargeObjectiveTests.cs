using System.Globalization;
using System.Text.Json.Nodes;

namespace GradService.Tests.Api.Objectives;

/// <summary>Losses beyond a limit: named with the size asked for and a way out, which is one.</summary>
public sealed class TooLargeObjectiveTests : IClassFixture<TooLargeObjectiveTests.SmallApplication>
{
    private const string Path = "/v1/objectives";

    private const string Cheaper =
        "Send fewer points, take derivatives of lower order, or use mode trainDetached, under which sweeps serve all points at once.";

    private readonly SmallApplication _application;

    public TooLargeObjectiveTests(SmallApplication application) => _application = application;

    public sealed class SmallApplication : GradApplication
    {
        public SmallApplication() =>
            Settings = [("Limits:MaxResultBytes", "4096"), ("Limits:MaxNativeBytes", "1048576"), ("Limits:MaxPasses", "100"),
                ("Limits:MaxRowByRowWork", "1800")];
    }

    [Fact]
    public async Task Own_third_derivatives_through_two_coupled_layers_are_refused_by_MaxRowByRowWork_and_had_under_trainDetached()
    {
        // 26 points, of which 24 are differentiated, in 3 sweeps each.
        (await SendAsync(TwoLayers(24))).AssertSays(413, "terms",
            "Expected at most 1800 of N²·M·order, as two or more coupled layers make higher derivatives go row by row (limit MaxRowByRowWork), "
                + $"got {24 * 26 * 3}. {Cheaper}");
        await _application.SucceedAsync(Path, TwoLayers(23));
        Assert.Equal("structured",
            (await _application.SucceedAsync(Path, TwoLayers(24).With("batchNorm.mode", "\"trainDetached\"")))["diagnostics"]!["strategy"]!.GetValue<string>());
    }

    [Fact]
    public async Task More_sweeps_than_MaxPasses_are_refused_and_as_many_are_made()
    {
        await using var application = new GradApplication { Settings = [("Limits:MaxPasses", "62")] };

        // 3 sweeps and that of the parameters for each of 15 points, and one for the boundary's: 61.
        Assert.Equal(61, (await application.SucceedAsync(Path, TwoLayers(15)))["diagnostics"]!["passes"]!.GetValue<int>());
        (await ProblemAnswer.PostAsync(application, Path, TwoLayers(16).ToJsonString()))
            .AssertSays(413, "terms", $"Expected at most 62 sweeps over the network (limit MaxPasses), got 65. {Cheaper}");
    }

    [Fact]
    public async Task Finite_differences_count_as_the_losses_that_they_take()
    {
        await using var application = new GradApplication { Settings = [("Limits:MaxPasses", "200")] };
        await application.SucceedAsync(Path, GoodRequests.Objective());
        Assert.Equal(413, (await ProblemAnswer.PostAsync(application, Path,
            GoodRequests.Objective().With("diagnostics.finiteDifferences", "true").ToJsonString())).Status);
    }

    [Fact]
    public async Task Tensors_that_would_not_fit_are_refused_by_MaxNativeBytes()
    {
        var answer = await SendAsync(GoodRequests.Objective().With("points[0].inputs", Column(2_000)).With("return", "[]"));
        Assert.Equal(413, answer.Status);
        Assert.StartsWith("Expected at most 1048576 bytes of tensors at once, as estimated (limit MaxNativeBytes), got ", Assert.Single(answer.Errors["terms"]),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Residuals_are_counted_by_MaxResultBytes_where_they_are_handed_out()
    {
        // Two terms on the points: 1,200 residuals of 4 bytes.
        var request = GoodRequests.Objective().With("points[0].inputs", Column(600)).With("terms[0].residual", "\"u_x\"");
        var answer = await SendAsync(request);
        Assert.Equal(413, answer.Status);
        Assert.StartsWith("Expected at most 4096 bytes of results (limit MaxResultBytes), got ", Assert.Single(answer.Errors["terms"]),
            StringComparison.Ordinal);
        await _application.SucceedAsync(Path, request.With("return", """["parameterGradients"]"""));
    }

    [Fact]
    public async Task A_variant_over_a_limit_stands_beside_the_results_of_the_others()
    {
        var results = (await _application.SucceedAsync("/v1/objectives/compare", TwoLayers(24).Without("batchNorm")))["results"]!.AsArray();
        Assert.Equal([0, 413, 0, 0, 0, 0], results.Select(result => result!["error"]?["status"]!.GetValue<int>() ?? 0));
        Assert.Contains("limit MaxRowByRowWork", results[1]!["error"]!["detail"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(1, results[2]!["gradientCosine"]!.GetValue<double>(), 1e-6);
    }

    [Fact]
    public async Task Variants_that_fit_one_by_one_are_refused_where_all_together_do_not()
    {
        var variants = $"[{string.Join(", ", Enumerable.Repeat("""{ "mode": "eval" }""", 20))}]";
        var answer = await ProblemAnswer.PostAsync(_application, "/v1/objectives/compare",
            GoodRequests.Objective().With("points[0].inputs", Column(60)).With("compare", variants).ToJsonString());
        Assert.Equal(413, answer.Status);
        Assert.EndsWith("Compare fewer variants at once, or send fewer points.", answer.Errors["compare"][0], StringComparison.Ordinal);
    }

    /// <summary>Own derivatives of an order that has no way but row by row.</summary>
    private static JsonNode TwoLayers(int points) => GoodRequests.Objective()
        .With("network.layers",
            """[{ "type": "batchNorm" }, { "type": "linear", "outFeatures": 3 }, { "type": "tanh" }, { "type": "batchNorm" }, """
                + """{ "type": "linear", "outFeatures": 2 }]""")
        .With("batchNorm.mode", "\"train\"").With("points[0].inputs", Column(points)).With("return", """["parameterGradients"]""")
        .With("terms[0].residual", "\"u_xxx + v*u_x + sin(x)\"").With("terms[2].gradientPenalty.output", "\"u\"");

    private Task<ProblemAnswer> SendAsync(JsonNode request) => ProblemAnswer.PostAsync(_application, Path, request.ToJsonString());

    private static string Column(int samples) =>
        $"[{string.Join(", ", Enumerable.Range(0, samples).Select(i => string.Create(CultureInfo.InvariantCulture, $"[{i / 10.0}]")))}]";
}
