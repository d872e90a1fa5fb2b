using System.ComponentModel.DataAnnotations;
using System.Globalization;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>
/// Samples [C, L…] of one to three spatial axes made longer or shorter, as nn.Upsample: to a size, or by a factor, the result then having
/// ⌊factor · L⌋ positions, with the factor itself in the places that are read.
/// </summary>
public sealed record Upsample : Layer
{
    /// <summary>By how much each spatial axis becomes longer: one number, or one per axis. Either this or size.</summary>
    [Range(0, double.MaxValue)]
    public ScaleFactors? ScaleFactor { get; init; }

    /// <summary>Size of the result: one number, or one per spatial axis. Either this or scaleFactor.</summary>
    [Range(1, int.MaxValue)]
    public PerAxis? Size { get; init; }

    /// <summary>What stands between the given positions.</summary>
    public UpsampleMode Mode { get; init; } = UpsampleMode.Nearest;

    /// <summary>Whether the first and last positions stay where they are; not with mode nearest.</summary>
    public bool AlignCorners { get; init; }

    internal override Linearity Linearity => Linearity.Affine;

    internal override LayerWork Work(LayerNode node, Dtype dtype)
    {
        var (forward, backward) = Mode switch
        {
            UpsampleMode.Nearest => (1.5, 1.5),
            UpsampleMode.Linear => (1.5, 3),
            UpsampleMode.Bilinear => (2.2, 4),
            UpsampleMode.Trilinear => (7, 7),
            _ => (8.0, 21.0),
        };
        var read = 0.3 * node.Input.Elements;
        return LayerWork.Single((forward * node.Output.Elements) + read, (backward * node.Output.Elements) + read);
    }

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference)
    {
        var axes = input.Rank - 1;
        if (axes is < 1 or > 3)
        {
            throw Refuse(path, "samples of 2 to 4 axes, a channel's and 1 to 3 spatial ones,", input);
        }

        CheckMode(path, axes);
        var sizes = Sizes(path, input, axes);
        CheckFactors(path, input, sizes);
        return Node(path, input, new Shape([input[0], .. sizes]));
    }

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass)
    {
        var axes = node.Input.Rank - 1;
        return x.Interpolate(Size?.For(axes, ""), ScaleFactor?.For(axes, ""), Mode switch
        {
            UpsampleMode.Linear => InterpolationMode.Linear,
            UpsampleMode.Bilinear => InterpolationMode.Bilinear,
            UpsampleMode.Trilinear => InterpolationMode.Trilinear,
            UpsampleMode.Bicubic => InterpolationMode.Bicubic,
            _ => InterpolationMode.Nearest,
        }, Mode == UpsampleMode.Nearest ? null : AlignCorners);
    }

    private void CheckMode(LayerPath path, int axes)
    {
        var (fitting, others) = axes switch
        {
            1 => (Mode is UpsampleMode.Linear, " or linear"),
            2 => (Mode is UpsampleMode.Bilinear or UpsampleMode.Bicubic, ", bilinear or bicubic"),
            _ => (Mode is UpsampleMode.Trilinear, " or trilinear"),
        };
        if (Mode != UpsampleMode.Nearest && !fitting)
        {
            throw new FaultException(Fault.Invalid($"network.{path.Field}.mode",
                $"nearest{others} where samples of {axes} spatial {(axes == 1 ? "axis" : "axes")} reach layer {path.Name} (upsample)", Written(Mode)));
        }

        if (Mode == UpsampleMode.Nearest && AlignCorners)
        {
            throw new FaultException(Fault.Invalid($"network.{path.Field}.alignCorners", $"false with mode nearest at layer {path.Name} (upsample)", "true"));
        }
    }

    private long[] Sizes(LayerPath path, Shape input, int axes)
    {
        if ((Size is null) == (ScaleFactor is null))
        {
            throw new FaultException(Fault.Invalid($"network.{path.Field}", $"either scaleFactor or size at layer {path.Name} (upsample)",
                Size is null ? "neither" : "both"));
        }

        if (Size is not null)
        {
            return Size.For(axes, $"network.{path.Field}.size");
        }

        var factors = ScaleFactor!.For(axes, $"network.{path.Field}.scaleFactor");
        var sizes = new long[axes];
        for (var axis = 0; axis < axes; axis++)
        {
            // As PyTorch: in double precision whatever the network's. What is too large to count saturates.
            sizes[axis] = (long)Math.Floor(input[axis + 1] * factors[axis]);
            if (sizes[axis] < 1)
            {
                throw new FaultException(Fault.Invalid($"network.{path.Field}.scaleFactor",
                    $"a factor that leaves some of the {input[axis + 1]} positions on spatial axis {axis} at layer {path.Name} (upsample)",
                    factors[axis].ToString(CultureInfo.InvariantCulture)));
            }
        }

        return sizes;
    }

    /// <summary>
    /// libtorch takes some results for those of a simpler factor on the way back, though not on the way there: its gradient is then that of
    /// another function.
    /// </summary>
    private void CheckFactors(LayerPath path, Shape input, long[] sizes)
    {
        var factors = ScaleFactor?.For(sizes.Length, "") ?? [];
        bool IsTakenFor(int factor, int axis) => sizes[axis] == factor * input[axis + 1] && factors[axis] != factor;
        var axes = Enumerable.Range(0, factors.Length);
        var mistaken = Mode switch
        {
            UpsampleMode.Nearest => axes.Any(axis => IsTakenFor(1, axis) || IsTakenFor(2, axis)),
            UpsampleMode.Bicubic => axes.Any(axis => IsTakenFor(1, axis)) && axes.All(axis => sizes[axis] == input[axis + 1]),
            _ => false,
        };
        if (mistaken)
        {
            throw new FaultException(Fault.Invalid($"network.{path.Field}.scaleFactor",
                $"whole factors where mode {Written(Mode)} makes {new Shape(sizes)} of {new Shape(input.Dimensions[1..])} at layer {path.Name} (upsample)",
                $"{ScaleFactor}", "There the gradient of libtorch, as that of PyTorch, is of another function. Give size."));
        }
    }

    private static string Written(UpsampleMode mode) => $"{mode}".ToLowerInvariant();
}

/// <summary>What stands between the positions that an upsampled axis had.</summary>
public enum UpsampleMode
{
    /// <summary>The value of the position before.</summary>
    Nearest,

    /// <summary>Lines between neighbours on one spatial axis.</summary>
    Linear,

    /// <summary>The same on two spatial axes.</summary>
    Bilinear,

    /// <summary>The same on three spatial axes.</summary>
    Trilinear,

    /// <summary>Cubic polynomials through four neighbours on each of two spatial axes.</summary>
    Bicubic,
}
