namespace GradService.Tests.Api.Networks;

/// <summary>Convolutions, pooling and their neighbours where they cannot be: every refusal names the layer and the numbers.</summary>
[Collection(SharedApplication.Name)]
public sealed class BadSpatialNetworkTests(GradApplication application)
{
    /// <summary>The shape of a sample, the layer over it, the field at fault, and what is said.</summary>
    public static TheoryData<string, string, string, string> Layers { get; } = new()
    {
        { "[1, 4, 4]", """{ "type": "conv2d", "outChannels": 2, "kernelSize": 5 }""", ".kernelSize",
            "Expected a kernel that fits into what reaches layer 1 (conv2d): on spatial axis 0 at most 4, got 5." },
        { "[1, 4, 3]", """{ "type": "conv2d", "outChannels": 2, "kernelSize": 4 }""", ".kernelSize",
            "Expected a kernel that fits into what reaches layer 1 (conv2d): on spatial axis 1 at most 3, got 4." },
        { "[1, 4]", """{ "type": "conv1d", "outChannels": 2, "kernelSize": 4, "padding": 1, "dilation": 2 }""", ".kernelSize", "Expected a kernel that fits "
            + "into what reaches layer 1 (conv1d): on spatial axis 0 at most 6 (4 and twice 1 of padding), got 7 (4 with dilation 2)." },
        { "[1, 2, 2, 2]", """{ "type": "maxPool3d", "kernelSize": [2, 2, 3] }""", ".kernelSize",
            "Expected a kernel that fits into what reaches layer 1 (maxPool3d): on spatial axis 2 at most 2, got 3." },
        { "[1, 2]", """{ "type": "avgPool1d", "kernelSize": 2147483647, "padding": 1 }""", ".kernelSize",
            "Expected a kernel that fits into what reaches layer 1 (avgPool1d): on spatial axis 0 at most 4 (2 and twice 1 of padding), got 2147483647." },
        { "[1, 2]", """{ "type": "conv1d", "outChannels": 1, "kernelSize": 2147483647, "dilation": 2147483647 }""", ".kernelSize", "Expected a kernel that "
            + "fits into what reaches layer 1 (conv1d): on spatial axis 0 at most 2, got 4611686011984936963 (2147483647 with dilation 2147483647)." },
        { "[1, 4, 4]", """{ "type": "residual", "layers": [{ "type": "tanh" }, { "type": "maxPool2d", "kernelSize": 5 }] }""", ".layers[1].kernelSize",
            "Expected a kernel that fits into what reaches layer 1.layers.1 (maxPool2d): on spatial axis 0 at most 4, got 5." },
        { "[1, 4, 4]", """{ "type": "residual", "layers": [{ "type": "conv2d", "outChannels": 2, "kernelSize": 3, "stride": 2, "padding": 1 }] }""", "",
            "Expected both branches of layer 1 (residual) to give the same shape, got [2, 2, 2] from layers and [1, 4, 4] from the identity. Give a shortcut "
                + "that ends in the shape of layers." },
        { "[3, 4, 4]", """{ "type": "conv2d", "outChannels": 4, "kernelSize": 1, "groups": 2 }""", ".groups",
            "Expected a divisor of the channels before and after layer 1 (conv2d), 3 and 4, got 2." },
        { "[3, 4]", """{ "type": "conv1d", "outChannels": 4, "kernelSize": 1, "groups": 3 }""", ".groups",
            "Expected a divisor of the channels before and after layer 1 (conv1d), 3 and 4, got 3." },
        { "[3, 4]", """{ "type": "groupNorm", "groups": 2 }""", ".groups", "Expected a divisor of the 3 channels that reach layer 1 (groupNorm), got 2." },
        { "[3]", """{ "type": "instanceNorm" }""", "",
            "Expected samples of 2 to 4 axes with more than one value per channel to reach layer 1 (instanceNorm), got samples of shape [3]." },
        { "[3, 1]", """{ "type": "instanceNorm" }""", "",
            "Expected samples of 2 to 4 axes with more than one value per channel to reach layer 1 (instanceNorm), got samples of shape [3, 1]." },
        { "[1, 4, 4]", """{ "type": "conv2d", "outChannels": 2, "kernelSize": 3, "padding": "same", "stride": 2 }""", ".stride",
            "Expected 1 with padding \"same\" at layer 1 (conv2d), got 2." },
        { "[1, 4, 4]", """{ "type": "conv2d", "outChannels": 2, "kernelSize": 3, "padding": "same", "stride": [1, 2] }""", ".stride",
            "Expected 1 with padding \"same\" at layer 1 (conv2d), got [1, 2]." },
        { "[1, 4, 4]", """{ "type": "maxPool2d", "kernelSize": 3, "padding": 2 }""", ".padding",
            "Expected at most half the kernel's 3 on spatial axis 0 at layer 1 (maxPool2d), got 2." },
        { "[1, 4, 4]", """{ "type": "avgPool2d", "kernelSize": [4, 1], "padding": [2, 1] }""", ".padding",
            "Expected at most half the kernel's 1 on spatial axis 1 at layer 1 (avgPool2d), got 1." },
        { "[4, 4]", """{ "type": "conv2d", "outChannels": 2, "kernelSize": 3 }""", "",
            "Expected samples of 3 axes, a channel's and 2 spatial ones, to reach layer 1 (conv2d), got samples of shape [4, 4]." },
        { "[4]", """{ "type": "conv1d", "outChannels": 2, "kernelSize": 3 }""", "",
            "Expected samples of 2 axes, a channel's and 1 spatial one, to reach layer 1 (conv1d), got samples of shape [4]." },
        { "[1, 4, 4]", """{ "type": "maxPool3d", "kernelSize": 2 }""", "",
            "Expected samples of 4 axes, a channel's and 3 spatial ones, to reach layer 1 (maxPool3d), got samples of shape [1, 4, 4]." },
        { "[1, 4, 4]", """{ "type": "adaptiveAvgPool1d", "outputSize": 1 }""", "",
            "Expected samples of 2 axes, a channel's and 1 spatial one, to reach layer 1 (adaptiveAvgPool1d), got samples of shape [1, 4, 4]." },
        { "[1, 4, 4]", """{ "type": "conv2d", "outChannels": 2, "kernelSize": [3, 3, 3] }""", ".kernelSize",
            "Expected one integer, or a list of 2, one per spatial axis, got a list of 3." },
        { "[1, 4, 4]", """{ "type": "adaptiveAvgPool2d", "outputSize": [1, 1, 1] }""", ".outputSize",
            "Expected one integer, or a list of 2, one per spatial axis, got a list of 3." },
        { "[1, 4]", """{ "type": "maxPool1d", "kernelSize": 2, "stride": [1, 1] }""", ".stride",
            "Expected one integer, or a list of 1, one per spatial axis, got a list of 2." },
        { "[2, 3]", """{ "type": "softmax", "dim": 2 }""", ".dim", "Expected an axis of the samples [2, 3] that reach layer 1 (softmax), -2 to 1, got 2." },
        { "[2, 3]", """{ "type": "softmax", "dim": -3 }""", ".dim", "Expected an axis of the samples [2, 3] that reach layer 1 (softmax), -2 to 1, got -3." },
        { "[1, 4]", """{ "type": "conv1d", "outChannels": 2, "kernelSize": [] }""", ".kernelSize",
            "Expected an integer of at least 1, or a list of such, one per spatial axis, got an empty list." },
        { "[1, 4, 4]", """{ "type": "conv2d", "outChannels": 2, "kernelSize": [3, 0] }""", ".kernelSize[1]", "Expected an integer of at least 1, got 0." },
        { "[1, 4, 4]", """{ "type": "conv2d", "outChannels": 2, "kernelSize": [[3], 3] }""", ".kernelSize[0]",
            "Expected an integer of at least 1, got a list." },
        { "[1, 4, 4]", """{ "type": "conv2d", "outChannels": 2, "kernelSize": [3, 2.0] }""", ".kernelSize[1]",
            "Expected an integer of at least 1, written without point or exponent, got 2.0." },
        { "[1, 4]", """{ "type": "conv1d", "outChannels": 2, "kernelSize": 0 }""", ".kernelSize",
            "Expected an integer of at least 1, or a list of such, one per spatial axis, got 0." },
        { "[1, 4]", """{ "type": "conv1d", "outChannels": 2, "kernelSize": 2.0 }""", ".kernelSize",
            "Expected an integer of at least 1, written without point or exponent, got 2.0." },
        { "[1, 4]", """{ "type": "conv1d", "outChannels": 2, "kernelSize": null }""", ".kernelSize",
            "Expected an integer of at least 1, or a list of such, one per spatial axis, got null." },
        { "[1, 4]", """{ "type": "conv1d", "outChannels": 2 }""", ".kernelSize",
            "Expected an integer of at least 1, or a list of such, one per spatial axis, got nothing." },
        { "[1, 4]", """{ "type": "conv1d", "outChannels": 2, "kernelSize": 2, "padding": "Same" }""", ".padding",
            "Expected an integer of at least 0, or a list of such, one per spatial axis, or \"same\", got 'Same'." },
        { "[1, 4]", """{ "type": "conv1d", "outChannels": 2, "kernelSize": 2, "padding": [-1] }""", ".padding[0]",
            "Expected an integer of at least 0, got -1." },
        { "[1, 4]", """{ "type": "maxPool1d", "kernelSize": 2, "padding": "same" }""", ".padding",
            "Expected an integer of at least 0, or a list of such, one per spatial axis, got 'same'." },
        { "[1, 4]", """{ "type": "adaptiveAvgPool1d", "outputSize": [] }""", ".outputSize",
            "Expected an integer of at least 1, or a list of such, one per spatial axis, got an empty list." },
        { "[2]", """{ "type": "fourierFeatures", "count": 0 }""", ".count", "Expected an integer from 1 to 1073741823, got 0." },
        { "[2]", """{ "type": "prelu", "init": "1" }""", ".init", "Expected a number, got '1'." },
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public async Task A_layer_that_cannot_be_is_refused_with_its_numbers(string inputShape, string layer, string field, string message) =>
        (await PostAsync(inputShape, layer)).AssertSays(400, "network.layers[1]" + field, message);

    private async Task<ProblemAnswer> PostAsync(string inputShape, string layer) =>
        await ProblemAnswer.PostAsync(application, "/v1/gradients", $$"""
            { "network": { "inputShape": {{inputShape}}, "layers": [{ "type": "identity" }, {{layer}}] }, "inputs": [[1]], "gradient": { "kind": "sum" } }
            """);
}
