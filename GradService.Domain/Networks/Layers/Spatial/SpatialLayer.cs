using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>A layer that slides over the spatial axes of samples [C, L…].</summary>
public abstract record SpatialLayer : Layer
{
    /// <summary>The number of spatial axes.</summary>
    private protected abstract int Axes { get; }

    private protected static string Field(LayerPath path, string name) => $"network.{path.Field}.{name}";

    /// <exception cref="FaultException">The samples are not [C, L…] with that many axes.</exception>
    private protected void CheckRank(LayerPath path, Shape input)
    {
        if (input.Rank != Axes + 1)
        {
            throw Refuse(path, $"samples of {Axes + 1} axes, a channel's and {Axes} spatial {(Axes == 1 ? "one" : "ones")},", input);
        }
    }

    /// <exception cref="FaultException">The number of groups does not divide the channels before and after.</exception>
    private protected void CheckGroups(LayerPath path, int groups, long before, long after)
    {
        if (before % groups != 0 || after % groups != 0)
        {
            throw new FaultException(Fault.Invalid(Field(path, "groups"),
                $"a divisor of the channels before and after layer {path.Name} ({Type}), {before} and {after}", $"{groups}"));
        }
    }

    /// <summary>The spatial sizes after windows of the given geometry: ⌊(size + before + after − dilation·(kernel − 1) − 1) / stride⌋ + 1.</summary>
    /// <exception cref="FaultException">A window does not fit.</exception>
    private protected long[] Slide(LayerPath path, Shape input, long[] kernel, long[] stride, long[] padding, long[] dilation)
    {
        var sizes = new long[Axes];
        for (var axis = 0; axis < Axes; axis++)
        {
            var available = input[axis + 1].SaturatingPlus(2 * padding[axis]);
            var reach = dilation[axis].SaturatingTimes(kernel[axis] - 1).SaturatingPlus(1);
            if (reach > available)
            {
                throw new FaultException(Fault.Invalid(Field(path, "kernelSize"),
                    $"a kernel that fits into what reaches layer {path.Name} ({Type}): on spatial axis {axis} at most "
                        + $"{available}{(padding[axis] > 0 ? $" ({input[axis + 1]} and twice {padding[axis]} of padding)" : "")}",
                    $"{reach}{(dilation[axis] > 1 ? $" ({kernel[axis]} with dilation {dilation[axis]})" : "")}"));
            }

            sizes[axis] = ((available - reach) / stride[axis]) + 1;
        }

        return sizes;
    }
}
