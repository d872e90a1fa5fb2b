using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using GradService.Domain.Networks.Parameters;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>
/// The transpose of a cross-correlation: each position of [C, L…] adds its kernel to [O, L'…], as nn.ConvTranspose1d, 2d and 3d. L' is
/// (L − 1)·stride − 2·padding + dilation·(kernelSize − 1) + outputPadding + 1. The weight is [C, O/groups, kernel…].
/// </summary>
public abstract record ConvTranspose : SpatialLayer
{
    /// <summary>Channels of the result, O.</summary>
    [Range(1, int.MaxValue)]
    public required int OutChannels { get; init; }

    /// <summary>Size of the kernel.</summary>
    [Range(1, int.MaxValue)]
    public required PerAxis KernelSize { get; init; }

    /// <summary>Distance in the result of what neighbours add.</summary>
    [Range(1, int.MaxValue)]
    public PerAxis Stride { get; init; } = new(1);

    /// <summary>Positions that are taken off both ends of the result.</summary>
    [Range(0, int.MaxValue)]
    public PerAxis Padding { get; init; } = new(0);

    /// <summary>Positions more at the end of the result, fewer than the larger of stride and dilation.</summary>
    [Range(0, int.MaxValue)]
    public PerAxis OutputPadding { get; init; } = new(0);

    /// <summary>Distance of the kernel's points.</summary>
    [Range(1, int.MaxValue)]
    public PerAxis Dilation { get; init; } = new(1);

    /// <summary>Groups of channels that do not see each other; it divides the channels before and after.</summary>
    [Range(1, int.MaxValue)]
    public int Groups { get; init; } = 1;

    /// <summary>Whether a bias per channel is there.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>What all positions add, side by side, as libtorch does where it has no kernel of its own for the precision.</summary>
    internal override long ScratchElements(LayerNode node) =>
        new Shape([OutChannels, .. KernelSize.For(Axes, ""), .. node.Input.Dimensions[1..]]).Elements;

    internal override Linearity Linearity => Linearity.Affine;

    internal override LayerWork Work(LayerNode node, Dtype dtype)
    {
        var (input, output, weight) = ((double)node.Input.Elements, (double)node.Output.Elements, (double)node.Parameters[0].Shape.Elements);
        var (positions, apart) = (input / node.Input[0], Groups == node.Input[0]);
        var product = positions * weight;
        if (dtype == Dtype.Float64)
        {
            // No kernel of its own: sample by sample a product, whose columns are then added up, or the other way round.
            var columns = 1.5 * ScratchElements(node);
            var back = columns + (0.07 * product) + (0.3 * weight);
            return LayerWork.Single(columns + (0.12 * product) + (0.5 * weight), back) with
            {
                ForwardCall = 10_000 + (3_000.0 * (Groups - 1)),
                BackwardCall = 12_000 + (3_000.0 * (Groups - 1)),
                ParametersCall = 10_000,
                Parameters = back,
                Again = 4,
            };
        }

        // Channels are taken in blocks of 16, and those that are not there take as long; where each is a group there are no blocks. Samples
        // of a few positions take as long as such of three, and the weight is laid out anew at each call.
        product *= Math.Max(1, 3 / positions);
        var (before, filled) = (product * Filling(node.Input[0]), product * Filling(node.Input[0]) * Filling(OutChannels));
        var moved = (0.7 * output) + (0.5 * input);
        var written = Axes == 3 || apart ? 4 : 1.5;
        var overlapping = Stride.Values.All(step => step == 1) ? 1.5 : 1;
        return LayerWork.Single(overlapping * ((0.03 * filled) + (written * output)), (0.02 * before) + moved) with
        {
            ForwardCall = 10_000 + (0.6 * weight),
            BackwardCall = 12_000 + weight,
            ParametersCall = 10_000 + (0.9 * weight),
            Parameters = (0.014 * filled) + moved,
            Again = 6,
        };

        double Filling(long channels) => apart ? 1 : Math.Max(1, 16.0 * Groups / channels);
    }

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference)
    {
        CheckRank(path, input);
        CheckGroups(path, Groups, input[0], OutChannels);
        var kernel = KernelSize.For(Axes, Field(path, "kernelSize"));
        var sizes = Sizes(path, input, kernel);
        var received = new Shape([OutChannels / Groups, .. kernel]);
        var weight = new ParameterSpec("weight", received.After(input[0]), new Initializer.KaimingUniform(received.Elements));
        var bias = new ParameterSpec("bias", new Shape(OutChannels), new Initializer.UniformByFanIn(received.Elements));
        return Node(path, input, new Shape([OutChannels, .. sizes]), Bias ? [weight, bias] : [weight]);
    }

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass)
    {
        var (stride, padding, outputPadding, dilation) = Geometry(node.Path);
        return x.ConvolveTransposed(pass.Parameter(node, "weight")!, pass.Parameter(node, "bias"), stride, padding, outputPadding, dilation, Groups);
    }

    private long[] Sizes(LayerPath path, Shape input, long[] kernel)
    {
        var (stride, padding, outputPadding, dilation) = Geometry(path);
        var sizes = new long[Axes];
        for (var axis = 0; axis < Axes; axis++)
        {
            var larger = Math.Max(stride[axis], dilation[axis]);
            if (outputPadding[axis] >= larger)
            {
                throw new FaultException(Fault.Invalid(Field(path, "outputPadding"),
                    $"less than the larger of stride and dilation, {larger} on spatial axis {axis} at layer {path.Name} ({Type})", $"{outputPadding[axis]}"));
            }

            var whole = stride[axis].SaturatingTimes(input[axis + 1] - 1).SaturatingPlus(dilation[axis].SaturatingTimes(kernel[axis] - 1))
                .SaturatingPlus(outputPadding[axis] + 1);
            if (2 * padding[axis] >= whole)
            {
                throw new FaultException(Fault.Invalid(Field(path, "padding"),
                    $"at most {(whole - 1) / 2}, so that of {whole} positions on spatial axis {axis} some are left at layer {path.Name} ({Type})",
                    $"{padding[axis]}"));
            }

            sizes[axis] = whole - (2 * padding[axis]);
        }

        return sizes;
    }

    private (long[] Stride, long[] Padding, long[] OutputPadding, long[] Dilation) Geometry(LayerPath path) => (
        Stride.For(Axes, Field(path, "stride")),
        Padding.For(Axes, Field(path, "padding")),
        OutputPadding.For(Axes, Field(path, "outputPadding")),
        Dilation.For(Axes, Field(path, "dilation")));
}

/// <summary>The transpose of conv1d over samples [C, L], as nn.ConvTranspose1d.</summary>
public sealed record ConvTranspose1d : ConvTranspose
{
    private protected override int Axes => 1;
}

/// <summary>The transpose of conv2d over samples [C, H, W], as nn.ConvTranspose2d.</summary>
public sealed record ConvTranspose2d : ConvTranspose
{
    private protected override int Axes => 2;
}

/// <summary>The transpose of conv3d over samples [C, D, H, W], as nn.ConvTranspose3d.</summary>
public sealed record ConvTranspose3d : ConvTranspose
{
    private protected override int Axes => 3;
}
