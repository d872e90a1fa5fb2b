using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Parameters;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Runs;
using GradService.Domain.Statistics;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Native;

/// <summary>
/// libtorch's fused normalisations are wrong from the third derivative on. Those here are made of primitive operations: the third
/// derivative along a direction is the central difference of the second.
/// </summary>
public sealed class ThirdDerivativeTests
{
    private static readonly double[] Inputs = [0.3, -0.7, 0.9, 0.2, -0.4, 1.1, 0.6, -0.2];
    private static readonly double[] Direction = [1, -0.5, 0.25, 0.75, -1, 0.5, 0.1, -0.3];

    public static TheoryData<string, bool> Normalizations { get; } =
        new() { { "batchNorm", false }, { "batchNorm", true }, { "layerNorm", false }, { "layerNorm", true } };

    [Theory]
    [MemberData(nameof(Normalizations))]
    public void The_third_derivative_through_a_normalisation_is_the_slope_of_the_second(string type, bool affine)
    {
        Layer normalization = type == "batchNorm" ? new BatchNorm { Affine = affine } : new LayerNorm { Affine = affine };
        var spec = new NetworkSpec
        {
            InputShape = [2],
            Dtype = Dtype.Float64,
            Seed = 3,
            Layers = [new Linear { OutFeatures = 4 }, new Tanh(), normalization, new Linear { OutFeatures = 2 }],
        };
        var shape = NetworkShape.Infer(spec, new Limits());
        using var network = Network.Of(ParameterValues.Of(spec, shape));
        const double h = 1e-5;
        var (_, third) = Derivatives(network, shape, 0);
        var slope = Derivatives(network, shape, h).Second.Zip(Derivatives(network, shape, -h).Second, (above, below) => (above - below) / (2 * h)).ToArray();
        var largest = third.Max(Math.Abs);
        Assert.True(largest > 0.1, $"a third derivative of {largest} shows nothing");
        Assert.All(third.Zip(slope), pair => Assert.Equal(pair.Second, pair.First, largest * 1e-7));
    }

    /// <summary>
    /// Gradients, in the inputs, of the first and second derivative along the direction of a weighted sum of outputs,
    /// at the inputs moved by t.
    /// </summary>
    private static (double[] Second, double[] Third) Derivatives(Network network, NetworkShape shape, double t)
    {
        using var scope = NewDisposeScope();
        var inputs = tensor(Inputs.Zip(Direction, (x, v) => x + (t * v)).ToArray(), [4, 2]);
        var direction = tensor(Direction, [4, 2]);
        var weights = tensor([1.0, -2, 0.5, 3, -1, 0.25, 2, 1], [4, 2]);
        var run = TorchRun.Of(RunPlan.Of(shape, new BatchNormSpec(), samples: 4), network, inputs);
        var first = Autograd.VectorJacobianProduct(run.Outputs, weights, run.Inputs, differentiable: true);
        var second = Autograd.VectorJacobianProduct(first, direction, run.Inputs, differentiable: true);
        return (second.ToDoubles(), Autograd.VectorJacobianProduct(second, direction, run.Inputs).ToDoubles());
    }
}
