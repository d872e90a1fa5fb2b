namespace GradService.Tests.Api.Gradients;

/// <summary>Kinds of gradient that cannot be asked.</summary>
[Collection(SharedApplication.Name)]
public sealed class BadQuestionTests(GradApplication application)
{
    /// <summary>The error is at the path that was changed.</summary>
    private const string Same = "";

    public static TheoryData<string, string, string, string> Questions { get; } = new()
    {
        { "gradient", "null", Same, "Expected an object with 'kind', got null." },
        { "gradient", "\"sum\"", Same, "Expected an object with 'kind', got 'sum'." },
        { "gradient", "{}", "gradient.kind", "Expected the name of a kind of gradient, got nothing. Known: {kinds}." },
        { "gradient", """{ "kind": 3 }""", "gradient.kind", "Expected the name of a kind of gradient, got 3. Known: {kinds}." },
        { "gradient", """{ "kind": "persample" }""", "gradient.kind",
            "Expected the name of a kind of gradient, got 'persample'. Did you mean 'perSample'? Known: {kinds}." },
        { "gradient", """{ "kind": "curl" }""", "gradient.kind", "Expected the name of a kind of gradient, got 'curl'. Known: {kinds}." },
        { "gradient", """{ "kind": "sum", "strategy": "auto" }""", "gradient.strategy", "Expected a known field, got 'strategy'. Known: …" },
        { "gradient", """{ "kind": "sum", "outputs": [2] }""", "gradient.outputs[0]", "Expected an index into the flattened output, 0 to 1, got 2." },
        { "gradient", """{ "kind": "sum", "outputs": [-1] }""", "gradient.outputs[0]", "Expected an index into the flattened output, 0 to 1, got -1." },
        { "gradient", """{ "kind": "perSample", "outputs": [0, 0] }""", "gradient.outputs[1]", "Expected each index once, got 0 again." },
        { "gradient", """{ "kind": "jacobian", "outputs": [] }""", "gradient.outputs", "Expected a list of at least 1 entry, got an empty list." },
        { "gradient", """{ "kind": "sum", "outputs": 0 }""", "gradient.outputs", "Expected a list of at least 1 entry, got 0." },
        { "gradient", """{ "kind": "sum", "outputs": ["0"] }""", "gradient.outputs[0]", "Expected an integer, got '0'." },
        { "gradient", """{ "kind": "sum", "outputs": [0.0] }""", "gradient.outputs[0]", "Expected an integer, written without point or exponent, got 0.0." },
        { "gradient", """{ "kind": "vjp" }""", "gradient.cotangent", "Expected an array of numbers, got nothing." },
        { "gradient", """{ "kind": "vjp", "cotangent": 3 }""", "gradient.cotangent",
            "Expected an array of shape [3, 2], or a stack of R such, [R, 3, 2], got a single number." },
        { "gradient", """{ "kind": "vjp", "cotangent": [1, 1, 1] }""", "gradient.cotangent",
            "Expected an array of shape [3, 2], or a stack of R such, [R, 3, 2], got shape [3]." },
        { "gradient", """{ "kind": "vjp", "cotangent": [[1], [1], [1]] }""", "gradient.cotangent",
            "Expected an array of shape [3, 2], or a stack of R such, [R, 3, 2], got shape [3, 1]." },
        { "gradient", """{ "kind": "vjp", "cotangent": [] }""", "gradient.cotangent",
            "Expected an array of shape [3, 2], or a stack of R such, [R, 3, 2], got shape [0]." },
        { "gradient", """{ "kind": "vjp", "cotangent": [[[]]] }""", "gradient.cotangent",
            "Expected an array of shape [3, 2], or a stack of R such, [R, 3, 2], got shape [1, 1, 0]." },
        { "gradient", """{ "kind": "vjp", "cotangent": [[1, 1], ["NaN", 1], [1, 1]] }""", "gradient.cotangent[1][0]", "Expected a finite number, got NaN." },
        { "gradient", """{ "kind": "vjp", "cotangent": [[1, 1], [1, 1e39], [1, 1]] }""", "gradient.cotangent[1][1]",
            "Expected a number within float32's range, got 1E+39. Use dtype float64." },
        { "gradient", """{ "kind": "vjp", "cotangent": [[[[1, 1], [1, 1], [1, 1]]]] }""", "gradient.cotangent",
            "Expected an array of shape [3, 2], or a stack of R such, [R, 3, 2], got shape [1, 1, 3, 2]." },
        { "gradient", """{ "kind": "jvp" }""", "gradient.tangent", "Expected an array of numbers, got nothing." },
        { "gradient", """{ "kind": "jvp", "tangent": [[1, 1]] }""", "gradient.tangent",
            "Expected an array of shape [3, 1], or a stack of R such, [R, 3, 1], got shape [1, 2]." },
        { "gradient", """{ "kind": "jvp", "tangent": [[["Infinity"], [0], [0]]] }""", "gradient.tangent[0][0][0]", "Expected a finite number, got Infinity." },
        { "gradient", """{ "kind": "perSample", "strategy": "fast" }""", "gradient.strategy", "Expected one of auto, structured, rowByRow, got 'fast'." },
        { "gradient", """{ "kind": "perSample", "strategy": "direct" }""", "gradient.strategy", "Expected one of auto, structured, rowByRow, got 'direct'." },
        { "gradient", """{ "kind": "perSample", "strategy": 1 }""", "gradient.strategy", "Expected one of auto, structured, rowByRow, got 1." },
        { "gradient", """{ "kind": "jacobian", "form": "factored", "strategy": "rowByRow" }""", "gradient.strategy",
            "Expected auto or structured with form factored, got rowByRow. Rows are not factors: row by row there is form dense alone." },
        { "gradient", """{ "kind": "jacobian", "form": "sparse" }""", "gradient.form", "Expected one of dense, factored, got 'sparse'." },
    };

    [Theory]
    [MemberData(nameof(Questions))]
    public async Task An_impossible_question_is_refused_where_it_is_wrong(string path, string json, string where, string message) =>
        (await ProblemAnswer.PostAsync(application, "/v1/gradients", GoodRequests.Gradient().With(path, json).ToJsonString()))
            .AssertSays(400, where == Same ? path : where, message);

    [Fact]
    public async Task A_field_of_a_sibling_is_refused_beside_the_one_that_is_missing()
    {
        var answer = await ProblemAnswer.PostAsync(application, "/v1/gradients",
            GoodRequests.Gradient().With("gradient", """{ "kind": "vjp", "tangent": [[1]] }""").ToJsonString());
        Assert.Equal(400, answer.Status);
        Assert.Equal(["gradient.tangent", "gradient.cotangent"], answer.Errors.Keys);
        Assert.StartsWith("Expected a known field, got 'tangent'. Did you mean 'cotangent'?", answer.Errors["gradient.tangent"].Single(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_once()
    {
        var request = GoodRequests.Gradient().Without("inputs").With("network.dtype", "16").With("network.layers[1].type", "\"tahn\"")
            .With("gradient.kind", "\"sun\"");
        Assert.Equal(["network.layers[1].type", "network.dtype", "gradient.kind", "inputs"],
            (await ProblemAnswer.PostAsync(application, "/v1/gradients", request.ToJsonString())).Errors.Keys);
    }

    [Theory]
    [InlineData("network", "an object")]
    [InlineData("inputs", "an array of numbers")]
    [InlineData("gradient", "an object with 'kind'")]
    [InlineData("network.inputShape", "a list of 1 to 8 entries")]
    [InlineData("network.layers", "a list of at least 1 entry")]
    [InlineData("network.layers[0].outFeatures", "an integer of at least 1")]
    public async Task A_missing_field_is_named(string path, string expected) =>
        (await ProblemAnswer.PostAsync(application, "/v1/gradients", GoodRequests.Gradient().Without(path).ToJsonString()))
            .AssertSays(400, path, $"Expected {expected}, got nothing.");

    [Fact]
    public async Task Forward_takes_no_gradient() =>
        (await ProblemAnswer.PostAsync(application, "/v1/forward", GoodRequests.Gradient().ToJsonString()))
            .AssertSays(400, "gradient", "Expected a known field, got 'gradient'. Known: …");
}
