using System.Text.Json.Nodes;

namespace GradService.Tests.Api.Objectives;

/// <summary>Variants of a loss that cannot be compared, and those that can beside one that cannot.</summary>
[Collection(SharedApplication.Name)]
public sealed class BadObjectiveComparisonTests(GradApplication application)
{
    private const string Path = "/v1/objectives/compare";

    public static TheoryData<string, string, string> Compare { get; } = new()
    {
        { "[]", "compare", "Expected a list of 1 to 20 entries, got an empty list." },
        { $"[{string.Join(", ", Enumerable.Repeat("""{ "mode": "train" }""", 21))}]", "compare", "Expected a list of 1 to 20 entries, got 21 entries." },
        { "{}", "compare", "Expected a list of 1 to 20 entries, got an object." },
        { """["c"]""", "compare[0]", "Expected an object, got 'c'." },
        { "[{}]", "compare[0].mode", "Expected one of {modes}, got nothing." },
        { """[{ "mode": "train" }, { "mode": "evil" }]""", "compare[1].mode", "Expected one of {modes}, got 'evil'. Did you mean 'eval'?" },
        { """[{ "mode": "train", "derivative": "own" }]""", "compare[0].derivative", "Expected one of perSample, sum, got 'own'." },
        { """[{ "mode": "train", "batches": "joint" }]""", "compare[0].batches",
            "Expected a known field, got 'batches'. Known: mode, derivative, throughStatistics." },
    };

    [Theory]
    [MemberData(nameof(Compare))]
    public async Task An_impossible_comparison_is_refused_where_it_is_wrong(string compare, string where, string message) =>
        (await ProblemAnswer.PostAsync(application, Path, Request(compare).ToJsonString())).AssertSays(400, where, message);

    [Fact]
    public async Task A_reference_batch_that_no_variant_uses_is_refused() =>
        (await ProblemAnswer.PostAsync(application, Path,
            Request("""[{ "mode": "train" }]""").With("batchNorm", """{ "referenceInputs": [[0], [1]] }""").ToJsonString()))
            .AssertSays(400, "batchNorm.referenceInputs",
                "Expected nothing, as no entry has a BatchNorm layer in mode reference, got an array of shape [2, 1]. Leave it out, "
                    + "or compare with mode reference.");

    [Fact]
    public async Task What_is_wrong_with_the_loss_itself_refuses_the_whole_request() =>
        (await ProblemAnswer.PostAsync(application, Path, GoodRequests.Objective().With("terms[0].on", "\"nowhere\"").ToJsonString()))
            .AssertSays(400, "terms[0].on", "Expected the name of a point set, got 'nowhere'. Known: interior, boundary.");

    [Theory]
    [InlineData("""{ "mode": "reference" }""", 400, "batchNorm.referenceInputs",
        "Expected a reference batch of shape [R, 1], as a layer is in mode reference, got nothing.")]
    [InlineData("""{ "mode": "train", "throughStatistics": false }""", 400, "compare[1].throughStatistics",
        "Expected true or nothing, as layer 2 is in mode train, where gradients always flow through the batch statistics, got false. For statistics held "
            + "constant use mode trainDetached.")]
    public async Task A_variant_that_is_refused_stands_beside_the_results_of_the_others(string refused, int status, string where, string message)
    {
        var answer = await application.SucceedAsync(Path, Request($$"""[{ "mode": "trainDetached" }, {{refused}}, { "mode": "eval" }]"""));
        var results = answer["results"]!.AsArray();
        Assert.Equal(3, results.Count);
        Assert.Equal(["variant", "error"], results[1]!.AsObject().Select(field => field.Key));
        Assert.Equal(status, results[1]!["error"]!["status"]!.GetValue<int>());
        Assert.Equal(message, results[1]!["error"]!["errors"]![where]![0]!.GetValue<string>());
        Assert.Equal($"{where}: {message}", results[1]!["error"]!["detail"]!.GetValue<string>());
        Assert.All([results[0]!, results[2]!], result =>
        {
            Assert.Null(result["error"]);
            Assert.NotNull(result["value"]);
            Assert.NotNull(result["gradientCosine"]);
        });
    }

    [Fact]
    public async Task With_one_point_in_all_only_eval_has_a_result_and_none_a_cosine()
    {
        var results = (await application.SucceedAsync(Path, OnePoint()))["results"]!.AsArray();
        Assert.Equal("abcdef", string.Concat(results.Select(result => result!["variant"]!["letter"]!.GetValue<string>())));
        Assert.Equal([422, 422, 422, 422, 0, 422], results.Select(result => result!["error"]?["status"]!.GetValue<int>() ?? 0));
        Assert.NotNull(results[4]!["value"]);
        Assert.All(results, result => Assert.Null(result!["gradientCosine"]));
    }

    [Fact]
    public async Task Where_all_variants_are_refused_the_request_is() =>
        (await ProblemAnswer.PostAsync(application, Path, OnePoint().With("compare", """[{ "mode": "train" }, { "mode": "trainDetached" }]""").ToJsonString()))
            .AssertSays(422, "points",
                "Expected more than one value per channel at layer 2 (batchNorm, mode train), whose statistics are taken over the batch, got 1 sample "
                    + "with 1 value per channel. "
                    + "Send more samples, or use mode eval with running statistics. (For compare[0]; none of the others can be computed either.)");

    [Fact]
    public async Task The_cosine_is_that_with_variant_c_where_c_is_not_among_those_compared_too()
    {
        var among = (await application.SucceedAsync(Path, Request("""[{ "mode": "train", "derivative": "sum" }, { "mode": "trainDetached" }]""")))["results"]!;
        var alone = (await application.SucceedAsync(Path, Request("""[{ "mode": "train", "derivative": "sum" }]""")))["results"]!;
        Assert.Equal(among[0]!["gradientCosine"]!.GetValue<double>(), alone[0]!["gradientCosine"]!.GetValue<double>());
        Assert.Equal(1, among[1]!["gradientCosine"]!.GetValue<double>(), 1e-12);
        Assert.Equal("c", among[1]!["variant"]!["letter"]!.GetValue<string>());
    }

    private static JsonNode Request(string compare) => GoodRequests.Objective().With("compare", compare);

    private static JsonNode OnePoint() =>
        GoodRequests.Objective().With("points", """[{ "name": "interior", "inputs": [[0.5]] }]""")
            .With("terms", """[{ "name": "pde", "on": "interior", "residual": "u_x" }]""");
}
