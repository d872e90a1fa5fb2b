using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using GradService.Domain.Networks.Parameters;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>Cross-correlation of [C, L…] with O kernels, zeros around, as nn.Conv1d, 2d and 3d.</summary>
public abstract record Convolution : SpatialLayer
{
    /// <summary>Channels of the result, O.</summary>
    [Range(1, int.MaxValue)]
    public required int OutChannels { get; init; }

    /// <summary>Size of the kernel.</summary>
    [Range(1, int.MaxValue)]
    public required PerAxis KernelSize { get; init; }

    /// <summary>Step of the kernel.</summary>
    [Range(1, int.MaxValue)]
    public PerAxis Stride { get; init; } = new(1);

    /// <summary>Zeros on both sides, or "same" (with stride 1): as many as keep the size.</summary>
    [Range(0, int.MaxValue)]
    public ConvolutionPadding Padding { get; init; } = new(new PerAxis(0));

    /// <summary>Distance of the kernel's points.</summary>
    [Range(1, int.MaxValue)]
    public PerAxis Dilation { get; init; } = new(1);

    /// <summary>Groups of channels that do not see each other; it divides the channels before and after.</summary>
    [Range(1, int.MaxValue)]
    public int Groups { get; init; } = 1;

    /// <summary>Whether a bias per channel is there.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>
    /// The input with the zeros of "same" around it, and all windows laid out side by side, as libtorch does where it has no kernel of
    /// its own for the precision.
    /// </summary>
    internal override long ScratchElements(LayerNode node)
    {
        var (input, kernel, dilation) = (node.Input, KernelSize.For(Axes, ""), Dilation.For(Axes, ""));
        var padded = new Shape([input[0], .. kernel.Select((size, axis) => input[axis + 1].SaturatingPlus(dilation[axis].SaturatingTimes(size - 1)))]);
        var windows = new Shape([input[0], .. kernel, .. node.Output.Dimensions[1..]]);
        return windows.Elements.SaturatingPlus(Padding.Amount is null ? padded.Elements : 0);
    }

    internal override Linearity Linearity => Linearity.Affine;

    internal override LayerWork Work(LayerNode node, Dtype dtype)
    {
        // Double precision has no kernel of its own: the windows are laid out side by side and multiplied.
        var (outputs, window) = ((double)node.Output.Elements, (double)node.Parameters[0].Shape.Elements / OutChannels);
        var single = dtype == Dtype.Float32;
        var product = (single ? 0.03 : 0.06) * window;
        var forward = outputs * (0.7 + (product * Filling(OutChannels)));
        var backward = outputs * (1 + ((single ? 2 : 1.3) * product * Filling(node.Input[0])));
        if (Axes == 3)
        {
            (forward, backward) = (5_000 + forward, 10_000 + (1.8 * backward));
        }

        return LayerWork.Single(forward, backward) with
        {
            BackwardCall = 12_000,
            ParametersCall = 10_000,
            Parameters = forward,
            Again = single ? 3 : 6,
            ForwardScratch = single ? 0 : ScratchElements(node),
            BackwardScratch = single ? 0 : ScratchElements(node),
        };

        // Channels are taken in blocks of 16, and those that are not there take as long; where each is a group there are no blocks.
        double Filling(long channels) => Groups == node.Input[0] ? 1 : Math.Max(1, 16.0 * Groups / channels);
    }

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference)
    {
        CheckRank(path, input);
        CheckGroups(path, Groups, input[0], OutChannels);
        var kernel = KernelSize.For(Axes, Field(path, "kernelSize"));
        var geometry = Geometry(path);
        long[] sizes;
        if (Padding.Amount is null)
        {
            if (geometry.Stride.Any(step => step != 1))
            {
                throw new FaultException(Fault.Invalid(Field(path, "stride"), $"1 with padding \"same\" at layer {path.Name} ({Type})", $"{Stride}"));
            }

            sizes = input.Dimensions[1..].ToArray();
        }
        else
        {
            sizes = Slide(path, input, kernel, geometry.Stride, geometry.Padding, geometry.Dilation);
        }

        var fanIn = new Shape([input[0] / Groups, .. kernel]);
        var weight = new ParameterSpec("weight", fanIn.After(OutChannels), new Initializer.KaimingUniform(fanIn.Elements));
        var bias = new ParameterSpec("bias", new Shape(OutChannels), new Initializer.UniformByFanIn(fanIn.Elements));
        return Node(path, input, new Shape([OutChannels, .. sizes]), Bias ? [weight, bias] : [weight]);
    }

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass)
    {
        var (stride, padding, dilation) = Geometry(node.Path);
        if (Padding.Amount is null)
        {
            // As PyTorch: half before, the odd one after.
            var total = KernelSize.For(Axes, "").Zip(dilation, (kernel, distance) => distance * (kernel - 1)).ToArray();
            x = x.PadWithZeros([.. total.Select(amount => amount / 2)], [.. total.Select(amount => amount - (amount / 2))]);
        }

        return x.Convolve(pass.Parameter(node, "weight")!, pass.Parameter(node, "bias"), stride, padding, dilation, Groups);
    }

    private (long[] Stride, long[] Padding, long[] Dilation) Geometry(LayerPath path) => (
        Stride.For(Axes, Field(path, "stride")),
        (Padding.Amount ?? new PerAxis(0)).For(Axes, Field(path, "padding")),
        Dilation.For(Axes, Field(path, "dilation")));
}

/// <summary>Zeros around the input of a convolution.</summary>
/// <param name="Amount">So many on both sides; null: "same".</param>
public sealed record ConvolutionPadding(PerAxis? Amount)
{
    public override string ToString() => Amount?.ToString() ?? "same";
}
