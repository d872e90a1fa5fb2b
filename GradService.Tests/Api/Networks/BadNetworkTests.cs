namespace GradService.Tests.Api.Networks;

/// <summary>Networks that cannot be: every refusal names the path, what was expected and what came.</summary>
[Collection(SharedApplication.Name)]
public sealed class BadNetworkTests(GradApplication application)
{
    /// <summary>The error is at the path that was changed.</summary>
    private const string Same = "";

    public static TheoryData<string, string, string, string> UnknownFields { get; } = new()
    {
        { "gradiant", "{}", Same, "Expected a known field, got 'gradiant'. Did you mean 'gradient'? Known: …" },
        { "batchnorm", "{}", Same, "Expected a known field, got 'batchnorm'. Did you mean 'batchNorm'? Known: …" },
        { "network.layer", "[]", Same, "Expected a known field, got 'layer'. Did you mean 'layers'? Known: …" },
        { "network.layers[0].out_features", "3", Same, "Expected a known field, got 'out_features'. Did you mean 'outFeatures'? Known: …" },
        { "network.layers[0].foo", "1", Same, "Expected a known field, got 'foo'. Known: …" },
        { "network.layers[2].momentun", "0.1", Same, "Expected a known field, got 'momentun'. Did you mean 'momentum'? Known: …" },
        { "batchNorm.reference", "[]", Same, "Expected a known field, got 'reference'. Known: …" },
        { "diagnostics.finiteDifference", "true", Same, "Expected a known field, got 'finiteDifference'. Did you mean 'finiteDifferences'? Known: …" },
        { "gradient.output", "[0]", Same, "Expected a known field, got 'output'. Did you mean 'outputs'? Known: …" },
    };

    [Theory]
    [MemberData(nameof(UnknownFields))]
    public async Task An_unknown_field_is_refused_with_the_nearest_known_name(string path, string json, string where, string message) =>
        (await ProblemAnswer.PostAsync(application, "/v1/gradients", GoodRequests.Gradient().With(path, json).ToJsonString()))
            .AssertSays(400, where == Same ? path : where, message);

    public static TheoryData<string, string, string, string> Networks { get; } = new()
    {
        { "network", "null", Same, "Expected an object, got null." },
        { "network", "[]", Same, "Expected an object, got a list." },
        { "network.layers", "{}", Same, "Expected a list of at least 1 entry, got an object." },
        { "network.layers", "[]", Same, "Expected a list of at least 1 entry, got an empty list." },
        { "network.layers[0]", "\"tanh\"", Same, "Expected an object with 'type', got 'tanh'." },
        { "network.layers[0]", "null", Same, "Expected an object with 'type', got null." },
        { "network.layers[0]", "{}", "network.layers[0].type", "Expected the name of a layer, got nothing. Known: {layers}." },
        { "network.layers[0].type", "3", Same, "Expected the name of a layer, got 3. Known: {layers}." },
        { "network.layers[0].type", "null", Same, "Expected the name of a layer, got null. Known: {layers}." },
        { "network.layers[0].type", "\"liner\"", Same, "Expected the name of a layer, got 'liner'. Did you mean 'linear'? Known: {layers}." },
        { "network.layers[0].type", "\"Linear\"", Same, "Expected the name of a layer, got 'Linear'. Did you mean 'linear'? Known: {layers}." },
        { "network.layers[0].type", "\"conv9d\"", Same, "Expected the name of a layer, got 'conv9d'. Did you mean 'conv1d'? Known: {layers}." },
        { "network.layers[0].outFeatures", "3.0", Same, "Expected an integer of at least 1, written without point or exponent, got 3.0." },
        { "network.layers[0].outFeatures", "1e3", Same, "Expected an integer of at least 1, written without point or exponent, got 1e3." },
        { "network.layers[0].outFeatures", "99999999999", Same, "Expected an integer of at least 1, got 99999999999." },
        { "network.layers[0].outFeatures", "0", Same, "Expected an integer of at least 1, got 0." },
        { "network.layers[0].outFeatures", "-1", Same, "Expected an integer of at least 1, got -1." },
        { "network.layers[0].outFeatures", "\"3\"", Same, "Expected an integer of at least 1, got '3'." },
        { "network.layers[0].outFeatures", "null", Same, "Expected an integer of at least 1, got null." },
        { "network.layers[0].outFeatures", "true", Same, "Expected an integer of at least 1, got true." },
        { "network.layers[0].outFeatures", "[3]", Same, "Expected an integer of at least 1, got a list." },
        { "network.layers[0].outFeatures", "{}", Same, "Expected an integer of at least 1, got an object." },
        { "network.layers[0].bias", "1", Same, "Expected true or false, got 1." },
        { "network.layers[0].bias", "null", Same, "Expected true or false, got null." },
        { "network.layers[2].eps", "-1", Same, "Expected a number of at least 0, got -1." },
        { "network.layers[2].eps", "\"1e-5\"", Same, "Expected a number of at least 0, got '1e-5'." },
        { "network.layers[2].eps", "1e400", Same, "Expected a number of at least 0, got 1e400." },
        { "network.layers[2].momentum", "2", Same, "Expected a number from 0 to 1, or null, got 2." },
        { "network.layers[2].momentum", "\"none\"", Same, "Expected a number from 0 to 1, or null, got 'none'." },
        { "network.layers[2].affine", "null", Same, "Expected true or false, got null." },
        { "network.layers[1]", """{ "type": "dropout", "p": 1.5 }""", "network.layers[1].p", "Expected a number from 0 to 1, got 1.5." },
        { "network.layers[1]", """{ "type": "gelu", "approximate": "tahn" }""", "network.layers[1].approximate",
            "Expected one of none, tanh, got 'tahn'. Did you mean 'tanh'?" },
        { "network.layers[1]", """{ "type": "softplus", "beta": 0 }""", "network.layers[1].beta", "Expected a number from 1E-06 to 1000000, got 0." },
        { "network.layers[1]", """{ "type": "residual", "layers": [] }""", "network.layers[1].layers",
            "Expected a list of at least 1 entry, got an empty list." },
        { "network.layers[1]", """{ "type": "residual", "layers": [{ "type": "tahn" }] }""", "network.layers[1].layers[0].type",
            "Expected the name of a layer, got 'tahn'. Did you mean 'tanh'? Known: {layers}." },
        { "network.layers[1]", """{ "type": "residual", "layers": [{ "type": "linear", "outFeatures": 5 }] }""", Same, "Expected both branches of layer 1 "
            + "(residual) to give the same shape, got [5] from layers and [3] from the identity. Give a shortcut that ends in the shape of layers." },
        { "network.layers[1]",
            """{ "type": "residual", "layers": [{ "type": "linear", "outFeatures": 5 }], "shortcut": [{ "type": "linear", "outFeatures": 4 }] }""", Same,
            "Expected both branches of layer 1 (residual) to give the same shape, got [5] from layers and [4] from shortcut." },
        { "network.layers[1]", """{ "type": "celu", "alpha": 0 }""", "network.layers[1].alpha", "Expected a number from 1E-06 to 1000000, got 0." },
        { "network.layers[1]", """{ "type": "softshrink", "lambda": -0.5 }""", "network.layers[1].lambda", "Expected a number of at least 0, got -0.5." },
        { "network.layers[1]", """{ "type": "hardshrink", "lambda": -0.5 }""", "network.layers[1].lambda", "Expected a number of at least 0, got -0.5." },
        { "network.layers[1]", """{ "type": "rmsNorm", "eps": -1 }""", "network.layers[1].eps", "Expected a number of at least 0, or null, got -1." },
        { "network.layers[1]", """{ "type": "prelu", "count": 2 }""", "network.layers[1].count",
            "Expected 1, or the number of channels that reach layer 1 (prelu), 3, got 2." },
        { "network.layers[1]", """{ "type": "logSoftmax", "dim": 1 }""", "network.layers[1].dim",
            "Expected an axis of the samples [3] that reach layer 1 (logSoftmax), -1 to 0, got 1." },
        { "network.layers[1]", """{ "type": "glu", "dim": -2 }""", "network.layers[1].dim",
            "Expected an axis of the samples [3] that reach layer 1 (glu), -1 to 0, got -2." },
        { "network.layers[1]", """{ "type": "glu" }""", "network.layers[1].dim",
            "Expected an axis of even size of the samples [3] that reach layer 1 (glu), got -1, whose size is 3." },
        { "network.layers[1]", """{ "type": "scale", "value": "1" }""", "network.layers[1].value", "Expected a number, got '1'." },
        { "network.dtype", "\"float16\"", Same, "Expected one of float32, float64, got 'float16'. Did you mean 'float32'?" },
        { "network.dtype", "\"double\"", Same, "Expected one of float32, float64, got 'double'." },
        { "network.dtype", "32", Same, "Expected one of float32, float64, got 32." },
        { "network.seed", "\"7\"", Same, "Expected an integer, got '7'." },
        { "network.seed", "1.5", Same, "Expected an integer, written without point or exponent, got 1.5." },
        { "network.seed", "7.0", Same, "Expected an integer, written without point or exponent, got 7.0." },
        { "network.seed", "9223372036854775808", Same, "Expected an integer, got 9223372036854775808." },
        { "network.inputShape", "1", Same, "Expected a list of 1 to 8 entries, got 1." },
        { "network.inputShape", "[]", Same, "Expected a list of 1 to 8 entries, got an empty list." },
        { "network.inputShape", "[0]", "network.inputShape[0]", "Expected an integer of at least 1, got 0." },
        { "network.inputShape", "[-3]", "network.inputShape[0]", "Expected an integer of at least 1, got -3." },
        { "network.inputShape", """["1"]""", "network.inputShape[0]", "Expected an integer, got '1'." },
        { "network.inputShape", "[1, 1, 1, 1, 1, 1, 1, 1, 1]", Same, "Expected a list of 1 to 8 entries, got 9 entries." },
        { "network.inputShape", "[1, 1, 1, 1, 1]", "network.layers[2]",
            "Expected 1 to 4 axes per sample to reach layer 2 (batchNorm), got samples of shape [1, 1, 1, 1, 3]." },
        { "network.inputShape", "[1, 1.5]", "network.inputShape[1]", "Expected an integer, written without point or exponent, got 1.5." },
        { "network.parameters", "[]", Same, "Expected an object, got a list." },
    };

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task An_impossible_network_is_refused_where_it_is_wrong(string path, string json, string where, string message) =>
        (await ProblemAnswer.PostAsync(application, "/v1/gradients", GoodRequests.Gradient().With(path, json).ToJsonString()))
            .AssertSays(400, where == Same ? path : where, message);

    [Fact]
    public async Task Bounds_with_nothing_between_are_refused_at_both()
    {
        var answer = await ProblemAnswer.PostAsync(application, "/v1/gradients",
            GoodRequests.Gradient().With("network.layers[1]", """{ "type": "hardtanh", "minVal": 1 }""").ToJsonString());
        Assert.Equal(400, answer.Status);
        Assert.Equal(["Expected a number below maxVal, which is 1, got 1."], answer.Errors["network.layers[1].minVal"]);
        Assert.Equal(["Expected a number above minVal, which is 1, got 1."], answer.Errors["network.layers[1].maxVal"]);
    }
}
