namespace GradService.Tests.Api.Gradients;

/// <summary>Inputs, parameters, statistics and masks that cannot be.</summary>
[Collection(SharedApplication.Name)]
public sealed class BadBatchTests(GradApplication application)
{
    /// <summary>The error is at the path that was changed.</summary>
    private const string Same = "";

    public static TheoryData<string, string, string, string> Inputs { get; } = new()
    {
        { "inputs", "[[0], [1, 2]]", "inputs[1]", "Expected 1 entry, as before, got 2." },
        { "inputs", "[[0], 1]", "inputs[1]", "Expected a list, as before, got 1." },
        { "inputs", "[0, [1]]", "inputs[1]", "Expected a number, as before, got a list." },
        { "inputs", "[[[1]], [[1, 2]]]", "inputs[1][0]", "Expected 1 entry, as before, got 2." },
        { "inputs", "[0, 0.5, 1]", Same, "Expected an array of shape [N, 1], got shape [3]. Write each sample as a list of its own: [[0], [0.5], …]." },
        { "inputs", "[0.25]", Same, "Expected an array of shape [N, 1], got shape [1]. Write each sample as a list of its own: [[0.25]]." },
        { "inputs", "[1, 2]", Same, "Expected an array of shape [N, 1], got shape [2]. Write each sample as a list of its own: [[1], [2]]." },
        { "inputs", "[]", Same, "Expected an array of shape [N, 1], got an empty array." },
        { "inputs", "[[]]", Same, "Expected an array of shape [N, 1], got an empty array." },
        { "inputs", "[[], []]", Same, "Expected an array of shape [N, 1], got an empty array." },
        { "inputs", "{}", Same, "Expected nested lists of numbers, got an object." },
        { "inputs", "\"x\"", Same, "Expected nested lists of numbers, got 'x'." },
        { "inputs", "3", Same, "Expected an array of shape [N, 1], got a single number." },
        { "inputs", "null", Same, "Expected an array of numbers, got null." },
        { "inputs", "[[null]]", "inputs[0][0]", "Expected a number, got null." },
        { "inputs", """[["NaN"], [1]]""", "inputs[0][0]", "Expected a finite number, got NaN." },
        { "inputs", """[[0], ["-Infinity"]]""", "inputs[1][0]", "Expected a finite number, got -Infinity." },
        { "inputs", """[["nan"], [1]]""", "inputs[0][0]", "Expected a number, got 'nan'." },
        { "inputs", """[["0.5"]]""", "inputs[0][0]", "Expected a number, got '0.5'." },
        { "inputs", "[[true]]", "inputs[0][0]", "Expected a number, got true." },
        { "inputs", """[[{ "a": [1] }], [2]]""", "inputs[0][0]", "Expected a number, got an object." },
        { "inputs", "[[[0]], [[1]]]", Same, "Expected an array of shape [N, 1], got shape [2, 1, 1]." },
        { "inputs", "[[0, 1], [2, 3]]", Same, "Expected an array of shape [N, 1], got shape [2, 2]." },
        { "inputs", "[[0.5], [1e400]]", "inputs[1][0]", "Expected a number that double precision can hold, got 1e400." },
        { "inputs", "[[0.5], [-1e39]]", "inputs[1][0]", "Expected a number within float32's range, got -1E+39. Use dtype float64." },
        { "inputs", "[[[[[[[[[[[1]]]]]]]]]]]", "inputs[0][0][0][0][0][0][0][0][0][0]", "Expected lists nested at most 10 deep, got a list." },
    };

    [Theory]
    [MemberData(nameof(Inputs))]
    public async Task Inputs_that_are_no_batch_are_refused_where_they_go_wrong(string path, string json, string where, string message) =>
        (await ProblemAnswer.PostAsync(application, "/v1/gradients", GoodRequests.Gradient().With(path, json).ToJsonString()))
            .AssertSays(400, where == Same ? path : where, message);

    public static TheoryData<string, string, string, string> Parameters { get; } = new()
    {
        { "network.parameters", """{ "0.weigth": [[1], [1], [1]] }""", "network.parameters['0.weigth']",
            "Expected the name of a parameter of this network, as in PyTorch's state_dict, got '0.weigth'. Did you mean '0.weight'? Known: 0.weight, 0.bias, "
                + "2.weight, 2.bias, 2.running_mean, 2.running_var, 2.num_batches_tracked, 3.weight, 3.bias." },
        { "network.parameters", """{ "weight": 1 }""", "network.parameters['weight']",
            "Expected the name of a parameter of this network, as in PyTorch's state_dict, got 'weight'. Did you mean '0.weight'? Known: 0.weight, 0.bias, "
                + "2.weight, 2.bias, 2.running_mean, 2.running_var, 2.num_batches_tracked, 3.weight, 3.bias." },
        { "network.parameters", """{ "": 1 }""", "network.parameters['']", "Expected the name of a parameter of this network, as in PyTorch's state_dict, "
            + "got ''. Known: 0.weight, 0.bias, 2.weight, 2.bias, 2.running_mean, 2.running_var, 2.num_batches_tracked, 3.weight, 3.bias." },
        { "network.parameters", """{ "0.weight": [1, 2, 3] }""", "network.parameters['0.weight']", "Expected shape [3, 1], got shape [3]." },
        { "network.parameters", """{ "2.num_batches_tracked": 1.5 }""", "network.parameters['2.num_batches_tracked']",
            "Expected a non-negative integer, got 1.5." },
        { "network.parameters", """{ "2.num_batches_tracked": -1 }""", "network.parameters['2.num_batches_tracked']",
            "Expected a non-negative integer, got -1." },
        { "network.parameters", """{ "2.num_batches_tracked": "NaN" }""", "network.parameters['2.num_batches_tracked']",
            "Expected a non-negative integer, got NaN." },
        { "network.parameters", """{ "2.num_batches_tracked": [1] }""", "network.parameters['2.num_batches_tracked']",
            "Expected a single number, got shape [1]." },
        { "network.parameters", """{ "0.bias": "x" }""", "network.parameters['0.bias']", "Expected nested lists of numbers, got 'x'." },
        { "network.parameters", """{ "0.bias": null }""", "network.parameters['0.bias']", "Expected an array of numbers, got null." },
        { "network.parameters", """{ "0.bias": [1e39, 0, 0] }""", "network.parameters['0.bias'][0]",
            "Expected a number within float32's range, got 1E+39. Use dtype float64." },
        { "network.parameters", """{ "0.weight": [[1], [2, 3], [4]] }""", "network.parameters['0.weight'][1]", "Expected 1 entry, as before, got 2." },
    };

    [Theory]
    [MemberData(nameof(Parameters))]
    public async Task A_parameter_is_refused_by_its_name(string path, string json, string where, string message) =>
        (await ProblemAnswer.PostAsync(application, "/v1/gradients", GoodRequests.Gradient().With(path, json).ToJsonString()))
            .AssertSays(400, where == Same ? path : where, message);

    public static TheoryData<string, string, string, string> BatchNorm { get; } = new()
    {
        { "batchNorm", "null", Same, "Expected an object, got null." },
        { "batchNorm", "\"train\"", Same, "Expected an object, got 'train'." },
        { "batchNorm", """{ "mode": null }""", "batchNorm.mode", "Expected one of {modes}, got null." },
        { "batchNorm", """{ "mode": 1 }""", "batchNorm.mode", "Expected one of {modes}, got 1." },
        { "batchNorm", """{ "mode": "trian" }""", "batchNorm.mode", "Expected one of {modes}, got 'trian'. Did you mean 'train'?" },
        { "batchNorm", """{ "mode": "training" }""", "batchNorm.mode", "Expected one of {modes}, got 'training'." },
        { "batchNorm", """{ "mode": {} }""", "batchNorm.mode.type", "Expected the name of a BatchNorm mode, got nothing. Known: {modes}." },
        { "batchNorm", """{ "mode": { "type": "renormed" } }""", "batchNorm.mode.type",
            "Expected the name of a BatchNorm mode, got 'renormed'. Did you mean 'renorm'? Known: {modes}." },
        { "batchNorm", """{ "mode": { "type": "train", "rMax": 2 } }""", "batchNorm.mode.rMax", "Expected a known field, got 'rMax'. Known: type." },
        { "batchNorm", """{ "mode": { "type": "renorm", "rMax": 0.5 } }""", "batchNorm.mode.rMax",
            "Expected a number of at least 1, or \"Infinity\", got 0.5." },
        { "batchNorm", """{ "mode": { "type": "renorm", "dMax": "NaN" } }""", "batchNorm.mode.dMax",
            "Expected a number of at least 0, or \"Infinity\", got 'NaN'." },
        { "batchNorm", """{ "layers": { "2": { "type": "renorm", "dMax": -1 } } }""", "batchNorm.layers['2'].dMax",
            "Expected a number of at least 0, or \"Infinity\", got -1." },
        { "batchNorm", """{ "layers": { "1": "eval" } }""", "batchNorm.layers['1']",
            "Expected the state_dict prefix of a BatchNorm layer, got '1'. Did you mean '2'? Known: 2." },
        { "batchNorm", """{ "layers": { "3.layers.0": "eval" } }""", "batchNorm.layers['3.layers.0']",
            "Expected the state_dict prefix of a BatchNorm layer, got '3.layers.0'. Known: 2." },
        { "batchNorm", """{ "layers": { "2": "evil" } }""", "batchNorm.layers['2']", "Expected one of {modes}, got 'evil'. Did you mean 'eval'?" },
        { "batchNorm", """{ "layers": { "2": null } }""", "batchNorm.layers['2']", "Expected one of {modes}, got null." },
        { "batchNorm", """{ "layers": [] }""", "batchNorm.layers", "Expected an object, got a list." },
        { "batchNorm", """{ "mode": "reference" }""", "batchNorm.referenceInputs",
            "Expected a reference batch of shape [R, 1], as a layer is in mode reference, got nothing." },
        { "batchNorm", """{ "layers": { "2": "reference" } }""", "batchNorm.referenceInputs",
            "Expected a reference batch of shape [R, 1], as a layer is in mode reference, got nothing." },
        { "batchNorm", """{ "referenceInputs": [[1], [2]] }""", "batchNorm.referenceInputs", "Expected nothing, as no BatchNorm layer is in mode reference, "
            + "got an array of shape [2, 1]. Leave it out, or set mode reference for some BatchNorm layer." },
        { "batchNorm", """{ "mode": "reference", "referenceInputs": [[1, 2]] }""", "batchNorm.referenceInputs",
            "Expected an array of shape [R, 1], got shape [1, 2]." },
        { "batchNorm", """{ "mode": "reference", "referenceInputs": [1, 2, 3] }""", "batchNorm.referenceInputs",
            "Expected an array of shape [R, 1], got shape [3]. Write each sample as a list of its own: [[1], [2], …]." },
        { "batchNorm", """{ "mode": "reference", "referenceInputs": [["NaN"], [1]] }""", "batchNorm.referenceInputs[0][0]",
            "Expected a finite number, got NaN." },
        { "batchNorm", """{ "mode": "reference", "referenceInputs": [[1e39], [1]] }""", "batchNorm.referenceInputs[0][0]",
            "Expected a number within float32's range, got 1E+39. Use dtype float64." },
        { "batchNorm", """{ "mode": "reference", "referenceInputs": [] }""", "batchNorm.referenceInputs",
            "Expected an array of shape [R, 1], got an empty array." },
        { "dropout", "5", Same, "Expected an object, got 5." },
        { "dropout", "{}", "dropout.seed", "Expected an integer, got nothing." },
        { "dropout", """{ "seed": "a" }""", "dropout.seed", "Expected an integer, got 'a'." },
        { "dropout", """{ "seed": null }""", "dropout.seed", "Expected an integer, got null." },
        { "diagnostics", "null", Same, "Expected an object, got null." },
        { "diagnostics.finiteDifferences", "1", Same, "Expected true or false, got 1." },
        { "diagnostics.compareSigns", "1", Same, "Expected true or false, got 1." },
    };

    [Theory]
    [MemberData(nameof(BatchNorm))]
    public async Task Statistics_masks_and_diagnostics_are_refused_where_they_are_wrong(string path, string json, string where, string message) =>
        (await ProblemAnswer.PostAsync(application, "/v1/gradients", GoodRequests.Gradient().With(path, json).ToJsonString()))
            .AssertSays(400, where == Same ? path : where, message);

    [Fact]
    public async Task Without_a_seed_every_learnable_parameter_that_is_missing_is_named()
    {
        var request = GoodRequests.Gradient().Without("network.seed")
            .With("network.parameters", """{ "0.weight": [[1], [2], [3]], "2.weight": [1, 1, 1], "2.bias": [0, 0, 0], "3.weight": [[1, 2, 3], [4, 5, 6]] }""");
        var answer = await ProblemAnswer.PostAsync(application, "/v1/gradients", request.ToJsonString());
        Assert.Equal(400, answer.Status);
        Assert.Equal(["network.parameters['0.bias']", "network.parameters['3.bias']"], answer.Errors.Keys);
        Assert.Equal("Expected values of shape [3], got nothing. Where parameters are given without a seed, every one that is drawn must be; with network.seed "
            + "the missing ones are drawn.",
            answer.Errors["network.parameters['0.bias']"].Single());
        Assert.EndsWith(" And 1 more: see errors.", answer.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_seed_frequencies_must_be_given_though_nobody_learns_them()
    {
        var request = GoodRequests.Gradient().Without("network.seed").With("network.layers", """[{ "type": "fourierFeatures", "count": 4 }]""")
            .With("network.parameters", "{}");
        (await ProblemAnswer.PostAsync(application, "/v1/gradients", request.ToJsonString())).AssertSays(400, "network.parameters['0.frequencies']",
            "Expected values of shape [4, 1], got nothing. Where parameters are given without a seed, every one that is drawn must be; with network.seed "
                + "the missing ones are drawn.");
    }

    [Fact]
    public async Task A_flat_list_is_refused_without_advice_where_a_sample_has_several_elements() =>
        (await ProblemAnswer.PostAsync(application, "/v1/gradients",
            GoodRequests.Gradient().With("network.inputShape", "[2]").With("inputs", "[1, 2, 3, 4]").ToJsonString()))
            .AssertSays(400, "inputs", "Expected an array of shape [N, 2], got shape [4].");

    /// <summary>Odd, but right: refusing these would refuse what the contract allows.</summary>
    [Theory]
    [InlineData("network.seed", "-1")]
    [InlineData("network.seed", "null")]
    [InlineData("network.parameters", "{}")]
    [InlineData("network.parameters", """{ "0.bias": ["NaN", "Infinity", "-Infinity"] }""")]
    [InlineData("network.parameters", """{ "2.num_batches_tracked": 9007199254740992 }""")]
    [InlineData("network.layers[2].momentum", "null")]
    [InlineData("network.layers[0]", """{ "outFeatures": 3, "bias": false, "type": "linear" }""")]
    [InlineData("inputs", "[[-0], [5e-324], [1e38]]")]
    [InlineData("dropout", "null")]
    [InlineData("gradient.outputs", "null")]
    [InlineData("gradient", """{ "outputs": [1], "kind": "jacobian" }""")]
    public async Task What_is_odd_but_right_is_answered(string path, string json) =>
        await application.SucceedAsync("/v1/gradients", GoodRequests.Gradient().With(path, json));
}
