using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>One number for each window and channel.</summary>
public abstract record Pooling : SpatialLayer
{
    /// <summary>Size of the window.</summary>
    [Range(1, int.MaxValue)]
    public required PerAxis KernelSize { get; init; }

    /// <summary>Step of the window; absent: its size.</summary>
    [Range(1, int.MaxValue)]
    public PerAxis? Stride { get; init; }

    /// <summary>Padding on both sides, at most half the window.</summary>
    [Range(0, int.MaxValue)]
    public PerAxis Padding { get; init; } = new(0);

    internal override Layer Canonical => Stride is { } stride && stride.IsSameAs(KernelSize, Axes) ? this with { Stride = null } : this;

    /// <summary>Inputs under one window.</summary>
    private protected double Window => KernelSize.For(Axes, "").Aggregate(1.0, (product, size) => product * size);

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference)
    {
        CheckRank(path, input);
        var (kernel, stride, padding) = Geometry(path);
        for (var axis = 0; axis < Axes; axis++)
        {
            if (padding[axis] > kernel[axis] / 2)
            {
                throw new FaultException(Fault.Invalid(Field(path, "padding"),
                    $"at most half the kernel's {kernel[axis]} on spatial axis {axis} at layer {path.Name} ({Type})", $"{padding[axis]}"));
            }
        }

        var sizes = Slide(path, input, kernel, stride, padding, [.. Enumerable.Repeat(1L, Axes)]);
        return Node(path, input, new Shape([input[0], .. sizes]));
    }

    private protected (long[] Kernel, long[] Stride, long[] Padding) Geometry(LayerPath path) => (
        KernelSize.For(Axes, Field(path, "kernelSize")),
        (Stride ?? KernelSize).For(Axes, Field(path, "stride")),
        Padding.For(Axes, Field(path, "padding")));
}
