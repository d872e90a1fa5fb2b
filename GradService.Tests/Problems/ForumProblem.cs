using GradService.Domain.Arrays;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Statistics;

namespace GradService.Tests.Problems;

/// <summary>The network of the forum's question, Linear – Tanh – BatchNorm – Linear over points of [0, 1], and its neighbours.</summary>
internal static class ForumProblem
{
    public static Problem Of(BatchNormMode mode, int samples = 100, Dtype dtype = Dtype.Float32, bool affine = false, bool bendAfter = false)
    {
        Layer[] layers = [new Linear { OutFeatures = 10 }, new Tanh(), new BatchNorm { Affine = affine }, .. bendAfter ? [new Tanh()] : Array.Empty<Layer>(),
            new Linear { OutFeatures = 1 }];
        return On(mode, [.. Enumerable.Range(0, samples).Select(i => (double)(float)(i / (samples - 1.0)))], samples, dtype, layers);
    }

    /// <summary>A network without parameters of its own choosing: seeded, and over one input per sample unless there are more.</summary>
    public static Problem On(BatchNormMode mode, double[] inputs, int samples, Dtype dtype, params Layer[] layers) => new(
        new NetworkSpec { InputShape = [inputs.Length / samples], Layers = layers, Dtype = dtype, Seed = 7 }, inputs, samples,
        new BatchNormSpec { Mode = mode });

    /// <summary>x + weight · BatchNorm(x), one channel: how much the samples are coupled is the weight's.</summary>
    public static Problem Coupled(double weight, BatchNormMode mode)
    {
        var problem = On(mode, [-1, -0.25, 0.5, 1.25, 2, 2.5, 3, 4.5], 8, Dtype.Float64, new Residual { Layers = [new BatchNorm()] });
        return problem with
        {
            Network = problem.Network with { Parameters = new Dictionary<string, NdArray> { ["0.layers.0.weight"] = new(new Shape(1), new[] { weight }) } },
        };
    }
}
