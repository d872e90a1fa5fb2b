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
        Of("cos", new Cos()),
        Of("exp", new Exp()),
        Of("square", new Square()),
        Of("relu6", new Relu6()),
        Of("hardtanh", new Hardtanh()),
        Of("hardtanh", new Hardtanh { MinVal = -0.6 }),
        Of("hardtanh", new Hardtanh { MaxVal = 1.7 }),
        Of("hardswish", new Hardswish()),
        Of("hardsigmoid", new Hardsigmoid()),
        Of("celu", new Celu()),
        Of("celu", new Celu { Alpha = 0.5 }),
        Of("softsign", new Softsign()),
        Of("logSigmoid", new LogSigmoid()),
        Of("tanhshrink", new Tanhshrink()),
        Of("softshrink", new Softshrink()),
        Of("softshrink", new Softshrink { Lambda = 0.2 }),
        Of("hardshrink", new Hardshrink()),
        Of("hardshrink", new Hardshrink { Lambda = 0.2 }),
        Of("identity", new Identity()),
        Of("prelu", new Prelu()),
        Of("prelu", new Prelu { Count = 4 }),
        new("prelu", [2, 3, 2], new Prelu { Count = 2 }, new Flatten(), new Linear { OutFeatures = 2 }),
        Of("softmax", new Softmax()),
        Of("logSoftmax", new LogSoftmax()),
        new("logSoftmax", [3, 2], new LogSoftmax { Dim = 0 }),
        new("logSoftmax", [2, 3, 2], new LogSoftmax { Dim = -2 }, new Flatten(), new Linear { OutFeatures = 2 }),
        Of("glu", new Glu()),
        new("glu", [4, 3], new Glu { Dim = 0 }, new Flatten(), new Linear { OutFeatures = 2 }),
        new("glu", [3, 2, 3], new Glu { Dim = -2 }, new Tanh()),
        new("softmax", [3, 2], new Softmax { Dim = 0 }),
        new("softmax", [2, 3, 2], new Softmax { Dim = -2 }, new Flatten(), new Linear { OutFeatures = 2 }),
    ];

    private static LayerCase Of(string type, Layer layer) => new(type, [3], new Linear { OutFeatures = 4 }, layer, new Linear { OutFeatures = 2 });
}
