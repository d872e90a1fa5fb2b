using System.Text.Json.Nodes;
using GradService.Domain.Arrays;
using GradService.Tests.Api;
using GradService.Tests.Oracles;

namespace GradService.Tests.Goldens;

/// <summary>Activations and normalisations at magnitudes from 1e-30 to 1e30, by both engines in both precisions, against PyTorch and mpmath.</summary>
[Collection(SharedApplication.Name)]
[Trait("Lane", "Slow")]
public sealed class RangeGoldenTests(GradApplication application, GoldenTests.TensorApplication tensors) : IClassFixture<GoldenTests.TensorApplication>
{
    public static TheoryData<string, Dtype> Activations() => Cases(name => !name.Contains("-eps-", StringComparison.Ordinal));

    public static TheoryData<string, Dtype> Normalisations() => Cases(name => name.Contains("-eps-", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Activations))]
    public async Task Activations_and_their_slopes_keep_their_digits_one_by_one(string name, Dtype dtype)
    {
        var (golden, x) = (GoldenFiles.Cases("ranges.json")[name], Numbers.Of(GoldenFiles.Cases("ranges.json")[name]["request"]!["inputs"]));
        foreach (var engine in new[] { "dense", "tensor" })
        {
            var answer = await AnswerAsync(golden, dtype, engine == "dense" ? application : tensors);
            Assert.Equal(engine, answer["diagnostics"]!["engine"]!["name"]!.GetValue<string>());
            foreach (var field in new[] { "outputs", "gradients" })
            {
                var (expected, actual) = (Numbers.Of(golden["expected"]![field]).Values, Numbers.Of(answer[field]).Values);
                Assert.All(x.Values.Index(),
                    pair => AssertClose(expected[pair.Index], actual[pair.Index], pair.Item, dtype, $"{field} at {pair.Item:R}, {engine}"));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Normalisations))]
    public async Task Normalised_samples_and_their_gradients_are_right_at_every_scale(string name, Dtype dtype)
    {
        var golden = GoldenFiles.Cases("ranges.json")[name];
        foreach (var engine in new[] { application, tensors })
        {
            var answer = await AnswerAsync(golden, dtype, engine);
            foreach (var field in new[] { "outputs", "gradients" })
            {
                var (expected, tolerance) = (Numbers.Of(golden["expected"]![field]), dtype == Dtype.Float64 ? 1e-12 : 1e-5);
                Numbers.AssertClose(expected, Numbers.Of(answer[field]) with { Shape = expected.Shape }, tolerance, $"{name} {field}");
            }
        }
    }

    private static TheoryData<string, Dtype> Cases(Func<string, bool> wanted)
    {
        var data = new TheoryData<string, Dtype>();
        foreach (var name in GoldenFiles.Cases("ranges.json").Keys.Where(wanted))
        {
            data.Add(name, Dtype.Float64);
            if (HoldsItsVariance(name))
            {
                data.Add(name, Dtype.Float32);
            }
        }

        return data;
    }

    /// <summary>Whether float32 holds the variance of a batch, which BatchNorm answers with, as its running statistics are made of it.</summary>
    private static bool HoldsItsVariance(string name) =>
        !name.StartsWith("batchNorm", StringComparison.Ordinal) || name.Split("/1e")[1] is "-10" or "0" or "10";

    private static Task<JsonNode> AnswerAsync(JsonNode golden, Dtype dtype, GradApplication application)
    {
        var request = golden["request"]!.DeepClone();
        request["network"]!["dtype"] = dtype == Dtype.Float64 ? "float64" : "float32";
        return application.SucceedAsync("/v1/gradients", request);
    }

    private static void AssertClose(double expected, double actual, double x, Dtype dtype, string what)
    {
        // Exponentials are off by as many roundings as their argument counts: a square for the normal distribution, a cube for what stands for it.
        var bound = dtype.Epsilon() * (128 + Math.Min(1000, Math.Abs(x * x * x)));

        // Some slopes have a zero near 1, beside which they are sums of larger numbers.
        var scale = Math.Max(Math.Abs(expected), Math.Abs(x) is > 0.5 and < 3 ? 1 : 0);
        var denormal = dtype == Dtype.Float32 ? 1e-35 : 1e-300;
        Assert.True(Math.Abs(expected - actual) <= (bound * scale) + denormal, $"{what}: {actual:R} instead of {expected:R}");
    }
}
