using CsCheck;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Tests.Oracles;

namespace GradService.Tests.Problems;

/// <summary>Random layers that fit the shape which reaches them.</summary>
internal static class RandomLayers
{
    private const int MaxBatchNorms = 3;
    private const int Nesting = 2;

    public static readonly Gen<Layer> Activations = Gen.Frequency(
        (6, Gen.OneOf<Layer>(new Tanh(), new Sigmoid(), new Silu(), new Mish(), new Sin(), new Gelu(), new Gelu { Approximate = GeluApproximation.Tanh },
            new Softplus(), new Elu(), new Cos(), new Celu(), new LogSigmoid(), new Tanhshrink(), new Softsign())),
        (1, Gen.Double[0.5, 2].Select(beta => (Layer)new Softplus { Beta = beta, Threshold = 30 })),
        (1, Gen.OneOf<Layer>(new Square(), new Celu { Alpha = 0.625 })),
        (3, Gen.OneOf<Layer>(new Relu(), new LeakyRelu(), new LeakyRelu { NegativeSlope = 0.3 }, new Selu(), new Elu { Alpha = 0.7 }, new Identity(),
            new Relu6(), new Hardtanh { MinVal = -1.5, MaxVal = 2 }, new Hardswish(), new Hardsigmoid(), new Softshrink { Lambda = 0.2 },
            new Hardshrink { Lambda = 0.3 })));

    public static readonly Gen<Layer> BatchNorms =
        Gen.Select(Gen.Bool, Gen.OneOf(1e-5, 1e-3, 0.1), Gen.OneOf<double?>(null, 0, 1, 0.1, 0.7), Gen.Frequency((4, true), (1, false)),
            (affine, eps, momentum, track) => (Layer)new BatchNorm { Affine = affine, Eps = eps, Momentum = momentum, TrackRunningStats = track });

    /// <summary>1 to 6 layers, residual blocks nested up to twice, 0 to 3 BatchNorms among all of them.</summary>
    public static Gen<IReadOnlyList<Layer>> Networks(int[] input) =>
        Gen.Int[1, 6].SelectMany(depth => Chain(input, depth, Nesting)).Select(layers =>
        {
            // Spatial outputs would make the Jacobian large and tell nothing more.
            IReadOnlyList<Layer> closed = PlacedLayer.Elements(PlacedLayer.Output(layers, input)) > 4
                ? [.. layers, new Flatten(), new Linear { OutFeatures = 2 }]
                : layers;
            return Trim(closed);
        });

    /// <summary>1 to 8 layers over vectors: linear ones, activations, BatchNorms, and what hands its input on.</summary>
    public static Gen<IReadOnlyList<Layer>> Chains { get; } =
        Gen.Frequency((4, Linears(1, 13)), (3, BatchNorms), (4, Activations),
            (1, Gen.OneOf<Layer>(new Flatten(), new Dropout(), new Prelu(), new Scale(), new Scale { Value = -1.5, Learnable = false }))).Array[1, 8]
            .Select(layers => Trim(layers));

    /// <summary>The layers with identities in place of BatchNorms beyond three.</summary>
    public static IReadOnlyList<Layer> Trim(IReadOnlyList<Layer> layers)
    {
        var budget = MaxBatchNorms;
        return Trimmed(layers);

        IReadOnlyList<Layer> Trimmed(IReadOnlyList<Layer> some) =>
            [.. some.Select(layer => layer is BatchNorm ? budget-- > 0 ? layer : new Identity() : layer.WithInner(Trimmed))];
    }

    private static Gen<IReadOnlyList<Layer>> Chain(int[] shape, int depth, int nesting) => depth == 0
        ? Gen.Const((IReadOnlyList<Layer>)[])
        : Any(shape, nesting)
            .SelectMany(layer => Chain(PlacedLayer.Output([layer], shape), depth - 1, nesting).Select(rest => (IReadOnlyList<Layer>)[layer, .. rest]));

    private static Gen<Layer> Any(int[] shape, int nesting) => Gen.Frequency(
        (4, Linears(1, 4)),
        (5, BatchNorms),
        (5, Activations),
        (1, LayerNorms),
        (1, Others(shape)),
        (1, Gen.OneOf(0, 0.25, 0.5, 1).Select(p => (Layer)new Dropout { P = p })),
        (shape.Length > 1 && nesting == Nesting ? 1 : 0, Gen.Const((Layer)new Flatten())),
        (nesting > 0 ? 3 : 0, nesting > 0 ? Residuals(shape, nesting - 1) : Activations),
        (nesting > 0 ? 2 : 0, nesting > 0 ? Branched(shape, nesting - 1) : Activations));

    // Two elements normalise to ±1 whatever they are: with PyTorch's eps mere cancellation would be left of the gradient, and nothing to
    // tell right from wrong by.
    private static readonly Gen<Layer> LayerNorms =
        Gen.Select(Gen.Bool, Gen.OneOf(0.1, 1), (affine, eps) => (Layer)new LayerNorm { Affine = affine, Eps = eps });

    // Of what a BatchNorm with other statistics has blown up, the exponential would be infinite.
    private static readonly Branches BoundedExp = new() { Combine = BranchCombination.Concat, Layers = [[new Tanh(), new Exp()]] };

    private static Gen<Layer> Others(int[] shape) => Gen.Frequency(
        (1, Gen.Const((Layer)BoundedExp)),
        (2, Gen.OneOf<Layer>(new Scale(), new Scale { Value = -1.5, Learnable = false })),
        (1, Gen.OneOf<Layer>(new Prelu(), new Prelu { Count = shape[0] })),
        (1, Gen.OneOf<Layer>(new RmsNorm { Eps = 0.1 }, new RmsNorm { Eps = 1, Affine = false })),
        (shape[^1] % 2 == 0 ? 2 : 0, Gen.Const((Layer)new Glu())),
        (shape[^1] > 1 ? 1 : 0, Gen.Const((Layer)new LogSoftmax())));

    private static Gen<Layer> Linears(int least, int most) =>
        Gen.Select(Gen.Int[least, most], Gen.Bool, (size, bias) => (Layer)new Linear { OutFeatures = size, Bias = bias });

    private static Gen<Layer> Residuals(int[] shape, int nesting) => Gen.Select(
        Gen.Int[1, 3].SelectMany(depth => Chain(shape, depth, nesting)),
        Gen.Frequency((3, false), (2, true)),
        Gen.OneOf(BatchNorms, Activations),
        (inside, shortcut, beside) =>
        {
            // Both branches must end in one shape: a linear layer sees to the last axis.
            var layers = PlacedLayer.Output(inside, shape)[^1] != shape[^1] || shortcut
                ? [.. inside, new Linear { OutFeatures = shortcut ? shape[^1] + 1 : shape[^1] }]
                : inside;
            return (Layer)new Residual { Layers = layers, Shortcut = shortcut ? [beside, new Linear { OutFeatures = shape[^1] + 1 }] : null };
        });

    /// <summary>One to three branches; what adds and multiplies ends in one width, or in 1, which is spread out.</summary>
    private static Gen<Layer> Branched(int[] shape, int nesting) => Gen.Select(
        Gen.Int[0, 2].SelectMany(depth => Chain(shape, depth, nesting)).Array[1, 3],
        Gen.OneOf(BranchCombination.Add, BranchCombination.Multiply, BranchCombination.Concat),
        Gen.Int[1, 3],
        Gen.Bool,
        (branches, combine, width, spread) =>
        {
            IReadOnlyList<IReadOnlyList<Layer>> layers = [.. branches.Select((branch, index) => combine == BranchCombination.Concat
                ? branch
                : (IReadOnlyList<Layer>)[.. branch, new Linear { OutFeatures = spread && index == 1 ? 1 : width }])];
            var axis = combine != BranchCombination.Concat ? 0 : spread ? -1 : shape.Length - 1;
            return (Layer)new Branches { Layers = layers, Combine = combine, Axis = axis };
        });

}
