using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;

namespace GradService.Tests.Problems;

/// <summary>Activations, between two linear layers so that both signs reach them.</summary>
internal static class ActivationCases
{
    public static IReadOnlyList<LayerCase> All { get; } =
    [
        Of("tanh", new Tanh()),
        Of("sigmoid", new Sigmoid()),
        Of("relu", new Relu()),
        Of("leakyRelu", new LeakyRelu()),
        Of("leakyRelu", new LeakyRelu { NegativeSlope = -0.4 }),
        Of("elu", new Elu()),
        Of("elu", new Elu { Alpha = 1.8 }),
        Of("selu", new Selu()),
        Of("gelu", new Gelu()),
        Of("gelu", new Gelu { Approximate = GeluApproximation.Tanh }),
        Of("silu", new Silu()),
        Of("mish", new Mish()),
        Of("softplus", new Softplus()),
        Of("softplus", new Softplus { Beta = 3, Threshold = 2 }),
        Of("sin", new Sin()),
        Of("identity", new Identity()),
        Of("prelu", new Prelu()),
        Of("softmax", new Softmax()),
        new("softmax", [3, 2], new Softmax { Dim = 0 }),
        new("softmax", [2, 3, 2], new Softmax { Dim = -2 }, new Flatten(), new Linear { OutFeatures = 2 }),
    ];

    private static LayerCase Of(string type, Layer layer) => new(type, [3], new Linear { OutFeatures = 4 }, layer, new Linear { OutFeatures = 2 });
}
