namespace GradService.Tests.Api.Wire.Arrays;

/// <summary>Numbers so small that they have fewer digits are numbers as others are: neither refused nor rounded to zero.</summary>
public sealed class DenormalNumberTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Denormal_inputs_and_weights_are_computed_by_either_engine(bool dense, bool isDouble)
    {
        await using var application = new GradApplication { Settings = [("Engine:Dense", $"{dense}")] };
        var (smallest, small) = isDouble ? (double.Epsilon, 1e-310) : (float.Epsilon, (double)1e-40f);
        var request = GoodRequests.Gradient().With("network",
            $$"""{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 1, "bias": false }], "dtype": "{{(isDouble ? "float64" : "float32")}}" }""")
            .With("network.parameters", """{ "0.weight": [[2]] }""").With("inputs", $"[[{smallest:R}], [{small:R}], [1]]");
        var answer = await application.SucceedAsync("/v1/gradients", request);
        Assert.Equal(dense, (string)answer["diagnostics"]!["engine"]!["name"]! == "dense");
        Assert.Equal([2 * smallest, 2 * small, 2],
            answer["outputs"]!.AsArray().Select(row => (double)row![0]!).Select(value => isDouble ? value : (float)value));

        // A weight as small: the gradient is the weight.
        var weighed = await application.SucceedAsync("/v1/gradients", request.With("network.parameters", $$"""{ "0.weight": [[{{smallest:R}}]] }"""));
        Assert.All(weighed["gradients"]!.AsArray(),
            gradient => Assert.Equal(smallest, isDouble ? (double)gradient![0]![0]! : (float)(double)gradient![0]![0]!));
    }
}
