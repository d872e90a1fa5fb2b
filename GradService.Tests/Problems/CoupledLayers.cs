using CsCheck;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Layers.Spatial;

namespace GradService.Tests.Problems;

/// <summary>Random networks built around a chosen number of BatchNorm layers: dense ones, and convolutional ones over small images.</summary>
internal static class CoupledLayers
{
    /// <summary>Smooth to every order, so that higher derivatives and differences of them exist everywhere.</summary>
    private static readonly Gen<Layer> Smooth = Gen.OneOf<Layer>(new Tanh(), new Sigmoid(), new Silu(), new Sin(), new Gelu(), new Mish(),
        new Gelu { Approximate = GeluApproximation.Tanh }, new Softplus());

    private static readonly Gen<Layer> Bent =
        Gen.Frequency((4, Smooth), (1, Gen.OneOf<Layer>(new LeakyRelu { NegativeSlope = 0.3 }, new Selu(), new Elu { Alpha = 0.7 }, new Relu())));

    private static readonly Gen<Layer> BatchNorms =
        Gen.Select(Gen.Bool, Gen.OneOf(1e-5, 1e-3, 0.1), Gen.OneOf<double?>(null, 0.1, 0.7), Gen.Frequency((4, true), (1, false)),
            (affine, eps, momentum, track) => (Layer)new BatchNorm { Affine = affine, Eps = eps, Momentum = momentum, TrackRunningStats = track });

    /// <summary>Layers over samples [D].</summary>
    /// <param name="batchNorms">How many BatchNorm layers.</param>
    /// <param name="input">D.</param>
    /// <param name="widest">Features of a layer, at most.</param>
    /// <param name="smooth">Whether all activations are smooth.</param>
    public static Gen<IReadOnlyList<Layer>> Dense(int batchNorms, int input, int widest, bool smooth)
    {
        var activations = smooth ? Smooth : Bent;
        var first = Gen.Frequency((4, false), (1, true)).SelectMany(atInput => atInput && batchNorms > 0
            ? BatchNorms.Select(norm => (Layers: new[] { norm }, Left: batchNorms - 1))
            : Gen.Const((Layers: Array.Empty<Layer>(), Left: batchNorms)));
        return first.SelectMany(
            start => Blocks(start.Left, input, 1).SelectMany(middle => Gen.Select(Gen.Int[1, 3], Gen.Bool, activations, (outputs, bend, activation) =>
                (IReadOnlyList<Layer>)[.. start.Layers, .. middle, new Linear { OutFeatures = outputs }, .. bend ? new[] { activation } : []])));

        Gen<Layer[]> Blocks(int left, int width, int least) => left == 0 && least == 0
            ? Gen.Const(Array.Empty<Layer>())
            : Block(left, width).SelectMany(block => Blocks(left - block.Norms, block.Width, 0).Select(rest => (Layer[])[.. block.Layers, .. rest]));

        // A block uses up one BatchNorm, or with two branches two; without any left it is made once.
        Gen<(Layer[] Layers, int Width, int Norms)> Block(int left, int width) =>
            Gen.Select(Gen.Int[0, left > 1 ? 7 : 4], Gen.Int[1, widest], BatchNorms, BatchNorms, activations, Dropouts,
                (kind, next, norm, other, activation, dropout) =>
                {
                    var norms = left > 0 ? new[] { norm } : [];
                    return kind switch
                    {
                        0 => ([new Linear { OutFeatures = next }, .. norms, activation, .. dropout], next, norms.Length),
                        1 => ([new Linear { OutFeatures = next }, activation, .. dropout, .. norms], next, norms.Length),
                        2 => ([new Residual { Layers = [.. norms, activation, new Linear { OutFeatures = width }] }], width, norms.Length),
                        3 =>
                            ([new Residual
                            {
                                Layers = [new Linear { OutFeatures = next }, .. norms, activation],
                                Shortcut = [new Linear { OutFeatures = next, Bias = false }],
                            }], next, norms.Length),
                        4 => ([Joined(BranchCombination.Concat, [], [.. norms, new Linear { OutFeatures = next }, activation])], width + next, norms.Length),
                        5 => ([Joined(BranchCombination.Multiply, [new Linear { OutFeatures = next }, norm, activation],
                            [new Linear { OutFeatures = next }, other, new Sigmoid()])], next, 2),
                        6 => ([Joined(BranchCombination.Concat, [new Linear { OutFeatures = next }, norm], [activation, other])], width + next, 2),
                        _ =>
                            (new Layer[] { new Residual
                            {
                                Layers = [norm, activation, new Linear { OutFeatures = next }],
                                Shortcut = [new Linear { OutFeatures = next }, other],
                            }, activation }, next, 2),
                    };
                });
    }

    /// <summary>Layers over samples [C, L] or [C, H, W].</summary>
    /// <inheritdoc cref="Dense"/>
    public static Gen<IReadOnlyList<Layer>> Convolutional(int batchNorms, int[] input, int widest, bool smooth)
    {
        var activations = smooth ? Smooth : Bent;
        var (plane, norms) = (input.Length == 3, batchNorms);
        return Gen.Select(Blocks(norms, input[0]), Gen.Int[0, 2], Gen.Int[1, 3], activations, (middle, end, outputs, activation) =>
        {
            Layer[] closing = end switch
            {
                0 => [new Flatten(), new Linear { OutFeatures = outputs }],
                1 => [plane ? new AdaptiveAvgPool2d { OutputSize = new PerAxis(1) } : new AdaptiveAvgPool1d { OutputSize = new PerAxis(1) }, new Flatten(),
                    new Linear { OutFeatures = outputs }, activation],
                _ => [Convolution(1, 2), new Flatten()],
            };
            return (IReadOnlyList<Layer>)[.. middle, .. closing];
        });

        Gen<Layer[]> Blocks(int left, int channels) =>
            Gen.Select(Gen.Int[0, 4], Gen.Int[1, Math.Min(widest, 6)], Gen.Int[1, 3], BatchNorms, activations, Dropouts)
                .SelectMany((kind, next, kernel, norm, activation, dropout) =>
                {
                    Layer[] normed = left > 0 ? [norm] : [];
                    Layer[] block = kind switch
                    {
                        0 => [Convolution(next, kernel), .. normed, activation, .. dropout],
                        1 => [Convolution(next, kernel), activation, .. normed],
                        2 => [new Residual { Layers = [.. normed, activation, Convolution(channels, kernel)] }],
                        3 => [Joined(BranchCombination.Concat, [], [.. normed, activation, Convolution(next, kernel)])],
                        _ => [Joined(BranchCombination.Multiply, [Convolution(next, kernel), .. normed], [Convolution(next, 1), new Sigmoid()])],
                    };
                    var leaving = kind == 2 ? channels : kind == 3 ? channels + next : next;
                    return left > 1 ? Blocks(left - 1, leaving).Select(rest => (Layer[])[.. block, .. rest]) : Gen.Const(block);
                });

        // "same", so that images stay as large as they are and branches fit.
        Layer Convolution(int channels, int kernel) => plane
            ? new Conv2d { OutChannels = channels, KernelSize = new PerAxis(kernel), Padding = new ConvolutionPadding(Amount: null) }
            : new Conv1d { OutChannels = channels, KernelSize = new PerAxis(kernel), Padding = new ConvolutionPadding(Amount: null) };
    }

    private static Branches Joined(BranchCombination combine, params IReadOnlyList<IReadOnlyList<Layer>> branches) =>
        new() { Layers = branches, Combine = combine };

    private static readonly Gen<Layer[]> Dropouts = Gen.Frequency((4, Array.Empty<Layer>()), (1, [new Dropout { P = 0.25 }]));
}
