namespace GradService.Tests.Api.Gradients;

/// <summary>Comparisons that cannot be made.</summary>
[Collection(SharedApplication.Name)]
public sealed class BadComparisonTests(GradApplication application)
{
    /// <summary>The error is at the path that was changed.</summary>
    private const string Same = "";

    public static TheoryData<string, string, string, string> Compare { get; } = new()
    {
        { "compare", "[]", Same, "Expected a list of 1 to 20 entries, got an empty list." },
        { "compare", "{}", Same, "Expected a list of 1 to 20 entries, got an object." },
        { "compare", """["train/sum"]""", "compare[0]", "Expected an object, got 'train/sum'." },
        { "compare", """[{ "mode": "train", "kind": "summ" }]""", "compare[0].kind",
            "Expected the name of a kind of gradient, got 'summ'. Did you mean 'sum'? Known: {kinds}." },
        { "compare", """[{ "mode": "train", "kind": 3 }]""", "compare[0].kind", "Expected a string, got 3." },
        { "compare", """[{ "mode": "trian", "kind": "sum" }]""", "compare[0].mode", "Expected one of {modes}, got 'trian'. Did you mean 'train'?" },
        { "compare", """[{ "mode": "train" }]""", "compare[0].kind", "Expected a string, got nothing." },
        { "compare", """[{ "mode": "train", "kind": "sum", "outputs": [0] }]""", "compare[0].outputs", "Expected a known field, got 'outputs'. Known: …" },
        { "compare", """[{ "mode": "train", "kind": "sum" }, { "mode": "train", "kind": "vjp" }]""", "gradient.cotangent",
            "Expected an array of numbers, got nothing. (For compare[1].)" },
        { "compare", """[{ "mode": "train", "kind": "sum" }, { "mode": "reference", "kind": "sum" }]""", "batchNorm.referenceInputs",
            "Expected a reference batch of shape [R, 1], as a layer is in mode reference, got nothing. (For compare[1].)" },
        { "gradient", "\"sum\"", Same, "Expected an object, got 'sum'." },
        { "gradient", """{ "foo": 1 }""", "gradient.foo", "Expected a known field, got 'foo'. Known: …" },
        { "gradient", """{ "outputs": "x" }""", "gradient.outputs", "Expected a list of at least 1 entry, got 'x'. (For compare[0].)" },
        { "gradient", """{ "outputs": [5] }""", "gradient.outputs[0]", "Expected an index into the flattened output, 0 to 1, got 5. (For compare[0].)" },
    };

    [Theory]
    [MemberData(nameof(Compare))]
    public async Task An_impossible_comparison_is_refused_where_it_is_wrong(string path, string json, string where, string message) =>
        (await ProblemAnswer.PostAsync(application, "/v1/gradients/compare", GoodRequests.Forward().With(path, json).ToJsonString()))
            .AssertSays(400, where == Same ? path : where, message);
}
