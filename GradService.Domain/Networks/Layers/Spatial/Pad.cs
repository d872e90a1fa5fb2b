using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>
/// Positions before and after the axes of a sample, as nn.ZeroPad, nn.ReflectionPad, nn.ReplicationPad and nn.CircularPad. Zeros may be
/// put around any axes of a sample of any shape, as F.pad does, and a negative number takes off as many; the other modes pad the spatial
/// axes of samples [C, L…].
/// </summary>
public sealed record Pad : Layer
{
    /// <summary>An integer for both ends of all spatial axes; or PyTorch's list, before and after, the last axis first.</summary>
    public required PadAmounts Padding { get; init; }

    /// <summary>What is put there.</summary>
    public PadMode Mode { get; init; } = PadMode.Zeros;

    internal override Linearity Linearity => Linearity.Affine;

    // Each axis is copied for itself, and so are the gradients.
    internal override long ScratchElements(LayerNode node) => Mode == PadMode.Circular ? node.Output.Elements.SaturatingTimes(2) : 0;

    internal override LayerWork Work(LayerNode node, Dtype dtype)
    {
        var (elements, axes) = (node.Output.Elements, node.Input.Rank - 1);
        return Mode switch
        {
            PadMode.Zeros => LayerWork.Elementwise(elements, dtype, 0.25, 0.25),
            PadMode.Circular => LayerWork.Elementwise(elements, dtype, 0.7, 1 + (1.1 * axes)) with { ForwardCall = 8_000 * axes, BackwardCall = 35_000 * axes },
            _ => LayerWork.Single(0.9 * elements, 1.6 * elements),
        };
    }

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference)
    {
        if ((Mode != PadMode.Zeros && input.Rank is < 2 or > 4) || (Padding.Everywhere && input.Rank < 2))
        {
            throw Refuse(path, Mode == PadMode.Zeros ? "samples of at least 2 axes, a channel's and spatial ones,"
                : "samples of 2 to 4 axes, a channel's and 1 to 3 spatial ones,", input);
        }

        var sizes = input.Dimensions.ToArray();
        foreach (var (pair, amounts) in Amounts(path, input).Chunk(2).Index())
        {
            var axis = input.Rank - 1 - pair;
            Check(path, 2 * pair, amounts[0], input[axis], axis);
            Check(path, (2 * pair) + 1, amounts[1], input[axis], axis);
            var left = input[axis] + Math.Min(0, amounts[0]) + Math.Min(0, amounts[1]);
            if (left < 1)
            {
                throw new FaultException(Fault.Invalid($"network.{path.Field}.padding",
                    $"padding that leaves some of the {input[axis]} positions on axis {axis} at layer {path.Name} (pad)", $"{Padding}"));
            }

            sizes[axis] += amounts[0] + amounts[1];
        }

        return Node(path, input, new Shape(sizes));
    }

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass) => x.Pad(Amounts(node.Path, node.Input), Mode switch
    {
        PadMode.Reflect => PaddingModes.Reflect,
        PadMode.Replicate => PaddingModes.Replicate,
        PadMode.Circular => PaddingModes.Circular,
        _ => PaddingModes.Constant,
    });

    /// <summary>In PyTorch's order; an integer and the modes beside zeros are for spatial axes alone.</summary>
    private long[] Amounts(LayerPath path, Shape input) =>
        Padding.Of(Mode == PadMode.Zeros && !Padding.Everywhere ? input.Rank : input.Rank - 1, $"network.{path.Field}.padding");

    private void Check(LayerPath path, int entry, long amount, long size, int axis)
    {
        var most = Mode switch
        {
            PadMode.Reflect => size - 1,
            PadMode.Circular => size,
            _ => long.MaxValue,
        };
        if (Mode != PadMode.Zeros && (amount < 0 || amount > most))
        {
            throw new FaultException(Fault.Invalid($"network.{path.Field}.padding{(Padding.Everywhere ? "" : $"[{entry}]")}",
                $"{(most == long.MaxValue ? "at least 0" : $"0 to {most}")} with mode {$"{Mode}".ToLowerInvariant()}"
                    + $" and {size} positions on axis {axis} at layer {path.Name} (pad)",
                $"{amount}"));
        }
    }
}

/// <summary>What is put around the axes of a sample.</summary>
public enum PadMode
{
    /// <summary>Zeros.</summary>
    Zeros,

    /// <summary>The values mirrored at the first and the last, which are not doubled; fewer than there are.</summary>
    Reflect,

    /// <summary>The first value and the last.</summary>
    Replicate,

    /// <summary>The values from the other end; at most as many as there are.</summary>
    Circular,
}
