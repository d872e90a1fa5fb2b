namespace GradService.Tests.Api.Objectives;

/// <summary>Losses that cannot be evaluated.</summary>
[Collection(SharedApplication.Name)]
public sealed class BadObjectiveTests(GradApplication application)
{
    /// <summary>The error is at the path that was changed.</summary>
    private const string Same = "";

    private const string Path = "/v1/objectives";

    public static TheoryData<string, string, string, string> Points { get; } = new()
    {
        { "points", "[]", Same, "Expected a list of 1 to 100 entries, got an empty list." },
        { "points[1].name", "\"interior\"", Same, "Expected a name that no other has, got 'interior'." },
        { "points[1].name", "\"\"", Same, "Expected a name of 1 to 64 characters, got an empty one." },
        { "points[1].name", $"\"{new string('p', 65)}\"", Same, "Expected a name of 1 to 64 characters, got 65 characters." },
        { "points[0].name", "3", Same, "Expected a string, got 3." },
        { "points[0].inputs", "[0.1, 0.4]", Same, "Expected an array of shape [N, 1], got shape [2]. Write each sample as a list of its own: [[0.1], [0.4]]." },
        { "points[0].inputs", "[[0.1, 0.4]]", Same, "Expected an array of shape [N, 1], got shape [1, 2]." },
        { "points[0].inputs", "[]", Same, "Expected an array of shape [N, 1], got an empty array." },
        { "points[1].inputs", "[[0], [\"Infinity\"]]", "points[1].inputs[1][0]", "Expected a finite number, got Infinity." },
        { "points[1].inputs", "[[0], [1e39]]", "points[1].inputs[1][0]", "Expected a number within float32's range, got 1E+39. Use dtype float64." },
        { "points[1].weight", "1", Same, "Expected a known field, got 'weight'. Known: name, inputs, sample, data." },
    };

    public static TheoryData<string, string, string, string> Names { get; } = new()
    {
        { "variables", """["x", "t"]""", Same, "Expected 1 name, as an input sample has 1 element, got 2." },
        { "variables", "[]", Same, "Expected a list of 1 to 1000 entries, got an empty list." },
        { "variables", """["2x"]""", "variables[0]",
            "Expected a name of at most 64 letters and digits, beginning with a letter, single underscores between them, got '2x'." },
        { "variables", """["sin"]""", "variables[0]", "Expected a name that means nothing else, got 'sin'. Formulas reserve pi, target, sin, …" },
        { "outputs", """["u"]""", Same, "Expected 2 names, as an output sample has 2 elements, got 1." },
        { "outputs", """["u", "u"]""", "outputs[1]", "Expected names that are all different, got 'u'. It is the name of outputs[0] already." },
        { "outputs", """["u", "x"]""", "outputs[1]", "Expected names that are all different, got 'x'. It is the name of variables[0] already." },
        { "outputs", """["u", "u_x"]""", "outputs[1]",
            "Expected a name that no derivative has, got 'u_x'. In a formula it would also be the derivative of 'u' by 'x'." },
    };

    public static TheoryData<string, string, string, string> Terms { get; } = new()
    {
        { "terms", "[]", Same, "Expected a list of 1 to 100 entries, got an empty list." },
        { "terms[1].name", "\"pde\"", Same, "Expected a name that no other has, got 'pde'." },
        { "terms[1].name", "\"\"", Same, "Expected a name of 1 to 64 characters, got an empty one." },
        { "terms[1].name", $"\"{new string('t', 70)}\"", Same, "Expected a name of 1 to 64 characters, got 70 characters." },
        { "terms[0].on", "\"interor\"", Same, "Expected the name of a point set, got 'interor'. Did you mean 'interior'? Known: interior, boundary." },
        { "terms[0].on", "\"\"", Same, "Expected the name of a point set, got ''. Known: interior, boundary." },
        { "terms[0].on", "null", Same, "Expected the name of a point set, or a list of such names, got null." },
        { "terms[0].residual", "null", "terms[0]", "Expected either residual, gradientPenalty or crossEntropy, got neither." },
        { "terms[0].gradientPenalty", """{ "output": "u" }""", "terms[0]",
            "Expected either residual, gradientPenalty or crossEntropy, got residual and gradientPenalty." },
        { "terms[2].gradientPenalty.output", "\"w\"", Same, "Expected the name of an output, got 'w'. Did you mean 'u'? Known: u, v." },
        { "terms[2].gradientPenalty.output", "null", Same, "Expected the name of one of the 2 outputs, got nothing." },
        { "terms[2].gradientPenalty.center", "\"NaN\"", Same, "Expected a number, got 'NaN'." },
        { "terms[2].gradientPenalty.norm", "2", Same, "Expected a known field, got 'norm'. Known: output, center." },
        { "terms[2].reduction", "\"mean\"", Same, "Expected meanSquare or nothing, as a gradient penalty is the mean of (‖∇u‖₂ − center)², got mean." },
        { "terms[2].target", "[1, 2, 3, 4]", Same, "Expected nothing, as only a residual given by a formula has one, got shape [4]." },
        { "terms[0].reduction", "\"sum\"", Same, "Expected one of meanSquare, mean, squaredMean, sumSquare, got 'sum'." },
        { "terms[0].on", "[]", Same, "Expected 1 to 100 names of point sets, got an empty list." },
        { "terms[0].on", "[\"interior\", 3]", "terms[0].on[1]", "Expected the name of a point set, got 3." },
        { "terms[0].on", "[\"interior\", \"boundry\"]", "terms[0].on[1]",
            "Expected the name of a point set, got 'boundry'. Did you mean 'boundary'? Known: interior, boundary." },
        { "terms[0].on", "[\"interior\", \"interior\"]", "terms[0].on[1]", "Expected sets that are all different, got 'interior' again." },
        { "terms[0].on", "[\"interior\", \"boundary\"]", "terms[0].on[1]",
            "Expected a set of 4 points as 'interior', as they are paired point by point, got 'boundary' of 2." },
        { "terms[0].weights", "[1, 2]", Same, "Expected an array of shape [4], one number for each point of 'interior', got shape [2]." },
        { "terms[0].weights", "[1, 2, \"NaN\", 1]", "terms[0].weights[2]", "Expected a finite number, got NaN." },
        { "terms[2].crossEntropy", """{ "labels": [0, 1, 0, 1] }""", "terms[2]",
            "Expected either residual, gradientPenalty or crossEntropy, got gradientPenalty and crossEntropy." },
        { "terms[2]", """{ "name": "ce", "on": "interior", "crossEntropy": { "labels": [0, 1, 2, 1] } }""", "terms[2].crossEntropy.labels[2]",
            "Expected an integer from 0 to 1, the index of an output, got 2." },
        { "terms[2]", """{ "name": "ce", "on": "interior", "crossEntropy": { "labels": [0, 0.5, 1, 1] } }""", "terms[2].crossEntropy.labels[1]",
            "Expected an integer from 0 to 1, the index of an output, got 0.5." },
        { "terms[2]", """{ "name": "ce", "on": "interior", "crossEntropy": { "labels": [0, 1] } }""", "terms[2].crossEntropy.labels",
            "Expected an array of shape [4], one number for each point of 'interior', got shape [2]." },
        { "terms[2]", """{ "name": "ce", "on": "interior", "crossEntropy": { "labels": [0, 1, 1, 0] }, "reduction": "mean" }""", "terms[2].reduction",
            "Expected nothing, as a cross entropy is the mean over the points, got mean." },
        { "terms[2]", """{ "name": "ce", "on": "interior", "crossEntropy": { "labels": [0, 1, 1, 0] }, "target": [0, 1, 1, 0] }""", "terms[2].target",
            "Expected nothing, as only a residual given by a formula has one, got shape [4]." },
        { "terms[2].on", "[\"boundary\", \"boundary\"]", "terms[2].on[1]", "Expected sets that are all different, got 'boundary' again." },
        { "points[0].data", """{ "k": [1, 2] }""", "points[0].data['k']",
            "Expected an array of shape [4], one number for each point of 'interior', got shape [2]." },
        { "unknowns", """{ "D": "Infinity" }""", "unknowns['D']", "Expected a number, got 'Infinity'." },
        { "terms[0].weight", "\"Infinity\"", Same, "Expected a number, got 'Infinity'." },
        { "terms[0].target", "[1, 2, 3, 4]", Same,
            "Expected nothing, as the residual does not use it, got shape [4]. Write the residual with it, such as \"u - target\", or leave it out." },
        { "terms[1].target", "null", "terms[1].residual",
            "Expected a formula without target, as this term has none, got 'target' at position 5. Give the term a target, …" },
        { "terms[1].target", "[0]", Same, "Expected an array of shape [2], one number for each point of 'boundary', got shape [1]." },
        { "terms[1].target", "[[0, 1]]", Same, "Expected an array of shape [2], one number for each point of 'boundary', got shape [1, 2]." },
        { "terms[1].target", "0", Same, "Expected an array of shape [2], one number for each point of 'boundary', got a single number." },
        { "terms[1].target", """[0, "NaN"]""", "terms[1].target[1]", "Expected a finite number, got NaN." },
        { "terms[1].target", "[0, 1e39]", "terms[1].target[1]", "Expected a number within float32's range, got 1E+39. Use dtype float64." },
    };

    public static TheoryData<string, string> Formulas { get; } = new()
    {
        { "", "Expected a number, a name, a function or '(', got the end, at position 1. Names: x, u, v, u_x, v_x, …" },
        { "u_xx +", "Expected a number, a name, a function or '(', got the end, at position 7. …" },
        { "u_xy", "Expected a name that is known, got 'u_xy' at position 1. Did you mean 'u_x'? Known: x, u, v, u_x, v_x, …" },
        { "2 u", "Expected an operator or the end, got 'u' at position 3. Multiplication is written out: 2*u." },
        { "u_x = 1", "Expected numbers, names, + - * / ^ ( ), got '=' at position 5. A residual is what shall become 0: instead of left = "
            + "right write left - (right)." },
        { "sin x", "Expected '(' after sin, got 'x' at position 5. A function's argument stands in parentheses: sin(x)." },
        { "u_xxxxx", "Expected derivatives of total order at most 4, got 'u_xxxxx' of order 5 at position 1." },
        { new string('1', 2001), "Expected a formula of at most 2000 characters, got 2001 characters." },
        { new string('(', 65) + "x" + new string(')', 65), "Expected at most 64 parentheses, signs and exponents inside each other, got more at position 65." },
    };

    public static TheoryData<string, string, string, string> Settings { get; } = new()
    {
        { "batchNorm.mode", "\"tran\"", Same, "Expected one of {modes}, got 'tran'. Did you mean 'train'?" },
        { "batchNorm", """{ "mode": "train", "throughStatistics": false }""", "batchNorm.throughStatistics", "Expected true or nothing, as layer 2 is in mode "
            + "train, where gradients always flow through the batch statistics, got false. For statistics held constant use mode trainDetached." },
        { "batchNorm", """{ "mode": "trainDetached", "layers": { "2": "train" }, "throughStatistics": false }""", "batchNorm.throughStatistics",
            "Expected true or nothing, as layer 2 is in mode train, …" },
        { "batchNorm.throughStatistics", "1", Same, "Expected true or false, got 1." },
        { "batchNorm.batches", "\"perSte\"", Same, "Expected one of joint, perSet, got 'perSte'. Did you mean 'perSet'?" },
        { "batchNorm.mode", "\"reference\"", "batchNorm.referenceInputs",
            "Expected a reference batch of shape [R, 1], as a layer is in mode reference, got nothing." },
        { "batchNorm.referenceInputs", "[[0], [1]]", Same, "Expected nothing, as no BatchNorm layer is in mode reference, got an array of shape [2, 1]. "
            + "Leave it out, or set mode reference for some BatchNorm layer." },
        { "batchNorm.layers", """{ "1": "eval" }""", "batchNorm.layers['1']", "Expected …" },
        { "derivative", "\"own\"", Same, "Expected one of perSample, sum, got 'own'." },
        { "return", """["residual"]""", "return[0]",
            "Expected one of parameterGradients, inputGradients, residuals, points, got 'residual'. Did you mean 'residuals'?" },
        { "return", "\"residuals\"", Same, "Expected a list, got 'residuals'." },
        { "gradient", """{ "kind": "sum" }""", Same, "Expected a known field, got 'gradient'. "
            + "Known: network, variables, outputs, unknowns, fields, points, terms, batchNorm, derivative, dropout, return, diagnostics, encoding." },
        { "compare", """[{ "mode": "train" }]""", Same, "Expected a known field, got 'compare'. Known: …" },
        { "network.parameters", """{ "0.weigth": [[1], [2], [3]] }""", "network.parameters['0.weigth']", "Expected …" },
    };

    [Theory]
    [MemberData(nameof(Points))]
    [MemberData(nameof(Names))]
    [MemberData(nameof(Terms))]
    [MemberData(nameof(Settings))]
    public async Task An_impossible_loss_is_refused_where_it_is_wrong(string path, string json, string where, string message) =>
        (await ProblemAnswer.PostAsync(application, Path, GoodRequests.Objective().With(path, json).ToJsonString()))
            .AssertSays(400, where == Same ? path : where, message);

    [Theory]
    [MemberData(nameof(Formulas))]
    public async Task A_formula_is_refused_at_the_term_that_has_it(string formula, string message) =>
        (await ProblemAnswer.PostAsync(application, Path,
            GoodRequests.Objective().With("terms[2]", $$"""{ "name": "other", "on": "boundary", "residual": "{{formula}}" }""").ToJsonString()))
            .AssertSays(400, "terms[2].residual", message);

    [Theory]
    [InlineData("network", "an object")]
    [InlineData("points", "a list of 1 to 100 entries")]
    [InlineData("terms", "a list of 1 to 100 entries")]
    [InlineData("points[0].name", "a string")]
    [InlineData("points[0].inputs", "an array, or \"sample\" instead of it")]
    [InlineData("terms[0].name", "a string")]
    [InlineData("terms[0].on", "the name of a point set, or a list of such names")]
    public async Task A_missing_field_is_named(string path, string expected) =>
        (await ProblemAnswer.PostAsync(application, Path, GoodRequests.Objective().Without(path).ToJsonString()))
            .AssertSays(400, path, $"Expected {expected}, got nothing.");

    [Fact]
    public async Task Names_of_points_and_of_terms_are_told_of_together()
    {
        var answer = await ProblemAnswer.PostAsync(application, Path,
            GoodRequests.Objective().With("points[0].name", "\"\"").With("terms[2].name", "\"pde\"").ToJsonString());
        Assert.Equal(400, answer.Status);
        Assert.Equal(["points[0].name", "terms[2].name"], answer.Errors.Keys);
    }

    [Fact]
    public async Task Without_names_of_several_outputs_a_formula_knows_no_derivative() =>
        (await ProblemAnswer.PostAsync(application, Path, GoodRequests.Objective().Without("outputs").ToJsonString()))
            .AssertSays(400, "terms[0].residual", "Expected a name that is known, got 'u_xx' at position 1. Known: x, pi, …");

    [Theory]
    [InlineData("""{ "mode": "train" }""", "points", "train")]
    [InlineData("""{ "mode": "trainDetached" }""", "points", "trainDetached")]
    [InlineData("""{ "mode": "movingAverage" }""", "points", "movingAverage")]
    public async Task One_point_has_no_variance(string batchNorm, string where, string mode) =>
        (await ProblemAnswer.PostAsync(application, Path, GoodRequests.Objective().With("points", """[{ "name": "interior", "inputs": [[0.5]] }]""")
            .With("terms", """[{ "name": "pde", "on": "interior", "residual": "u_x" }]""").With("batchNorm", batchNorm).ToJsonString()))
            .AssertSays(422, where, OneValue(mode, "the batch"));

    [Fact]
    public async Task One_point_in_a_batch_of_its_own_has_no_variance_beside_others_that_have()
    {
        var request = GoodRequests.Objective().With("points[1].inputs", "[[0.5]]").With("terms[1].target", "[0]");
        await application.SucceedAsync(Path, request);
        (await ProblemAnswer.PostAsync(application, Path, request.With("batchNorm", """{ "mode": "train", "batches": "perSet" }""").ToJsonString()))
            .AssertSays(422, "points[1].inputs", OneValue("train", "the batch"));
    }

    [Fact]
    public async Task One_reference_point_has_no_variance() =>
        (await ProblemAnswer.PostAsync(application, Path,
            GoodRequests.Objective().With("batchNorm", """{ "mode": "reference", "referenceInputs": [[1]] }""").ToJsonString()))
            .AssertSays(422, "batchNorm.referenceInputs", OneValue("reference", "the reference batch"));

    [Fact]
    public async Task Fields_are_not_written_out_without_end()
    {
        var fields = string.Join(", ", Enumerable.Range(1, 60).Select(i => $"\"g{i}\": \"g{i - 1}*g{i - 1}+sin(g{i - 1})\""));
        var terms = string.Join(", ", Enumerable.Range(0, 100).Select(i => $$"""{ "name": "t{{i}}", "on": "interior", "residual": "g60_xxx" }"""));
        var refused = await ProblemAnswer.PostAsync(application, Path,
            GoodRequests.Objective().With("fields", $$"""{ "g0": "x*u", {{fields}} }""").With("terms", $"[{terms}]").ToJsonString());
        Assert.Equal(400, refused.Status);
        Assert.Contains("at most 100000 distinct operations", Assert.Single(refused.Errors).Value[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unknowns", 1001, "1", "Expected at most 1000 names, got 1001.")]
    [InlineData("fields", 101, "\"x\"", "Expected at most 100 names, got 101.")]
    [InlineData("points[0].data", 101, "[1, 2, 3, 4]", "Expected at most 100 names, got 101.")]
    public async Task There_are_not_too_many_names(string path, int count, string value, string message)
    {
        var names = $$"""{ {{string.Join(", ", Enumerable.Range(0, count).Select(i => $"\"n{i}\": {value}"))}} }""";
        (await ProblemAnswer.PostAsync(application, Path, GoodRequests.Objective().With(path, names).ToJsonString())).AssertSays(400, path, message);
    }

    private static string OneValue(string mode, string batch) =>
        $"Expected more than one value per channel at layer 2 (batchNorm, mode {mode}), whose statistics are taken over {batch}, got 1 sample with 1 value per "
            + "channel. Send more samples, or use mode eval with running statistics.";
}
