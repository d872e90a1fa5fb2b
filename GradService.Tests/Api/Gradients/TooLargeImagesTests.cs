namespace GradService.Tests.Api.Gradients;

/// <summary>Layers whose result, or what they need on the way to it, would not fit: refused before it is allocated.</summary>
[Collection(SharedApplication.Name)]
public sealed class TooLargeImagesTests(GradApplication application)
{
    [Theory]
    [InlineData("""{ "type": "adaptiveAvgPool2d", "outputSize": 2147483647 }""", "far more", "far more")]
    [InlineData("""{ "type": "adaptiveAvgPool2d", "outputSize": [1, 200000000] }""", "800000000", "2400000048")]
    [InlineData("""{ "type": "conv2d", "outChannels": 1, "kernelSize": 1, "padding": [0, 200000000] }""", "3200000016", "16000000136")]
    public async Task A_result_that_would_not_fit_is_refused(string layer, string results, string tensors)
    {
        var answer = await PostAsync(side: 2, layer);
        Assert.Equal(413, answer.Status);
        Assert.Equal(
            $"Expected at most 268435456 bytes of results (limit MaxResultBytes), got {results}. Send fewer samples or use narrower layers. "
            + $"Expected at most 2147483648 bytes of tensors at once, as estimated (limit MaxNativeBytes), got {tensors}. "
            + "Send fewer samples or use narrower layers.",
            string.Join(' ', answer.Errors["inputs"]));
    }

    /// <summary>The zeros that "same" puts around an image, and all windows side by side, of two sweeps over one sample in float32.</summary>
    [Theory]
    [InlineData(2, """{ "type": "conv2d", "outChannels": 1, "kernelSize": [1, 2], "padding": "same", "dilation": [1, 2147483647] }""", "34359738540")]
    [InlineData(100, """{ "type": "conv2d", "outChannels": 1, "kernelSize": 199, "padding": "same", "bias": false }""", "3169148836")]
    public async Task What_a_convolution_needs_on_the_way_is_priced_too(int side, string layer, string tensors) =>
        (await PostAsync(side, layer))
            .AssertSays(413, "inputs",
                $"Expected at most 2147483648 bytes of tensors at once, as estimated (limit MaxNativeBytes), got {tensors}. "
                    + "Send fewer samples or use narrower layers.");

    [Fact]
    public async Task So_many_channels_that_the_kernels_would_not_fit_are_refused() =>
        (await PostAsync(2, """{ "type": "conv2d", "outChannels": 2147483647, "kernelSize": 2 }"""))
            .AssertSays(413, "network.layers",
                "Expected at most 300000000 parameters and buffers (limit MaxParameters), got 10737418235. Use narrower layers.");

    private async Task<ProblemAnswer> PostAsync(int side, string layer)
    {
        var row = $"[{string.Join(", ", Enumerable.Repeat("0.5", side))}]";
        return await ProblemAnswer.PostAsync(application, "/v1/gradients", $$"""
            {
              "network": { "inputShape": [1, {{side}}, {{side}}], "layers": [{{layer}}] },
              "inputs": [[[{{string.Join(", ", Enumerable.Repeat(row, side))}}]]],
              "gradient": { "kind": "sum" }
            }
            """);
    }
}
