using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Spatial;

namespace GradService.Tests.Oracles;

/// <summary>Where the windows of a convolution or pooling fall, over any number of spatial axes; one entry per axis in every array.</summary>
/// <param name="Sizes">Of the input.</param>
/// <param name="Kernel">Points of a window.</param>
/// <param name="Stride">From window to window.</param>
/// <param name="Dilation">From point to point.</param>
/// <param name="Before">Padding before the input.</param>
/// <param name="After">Padding behind it.</param>
internal sealed record SlidingWindow(int[] Sizes, int[] Kernel, int[] Stride, int[] Dilation, int[] Before, int[] After)
{
    /// <summary>The number of windows along each axis.</summary>
    public int[] Output =>
        [.. Sizes.Select((size, axis) => ((size + Before[axis] + After[axis] - (Dilation[axis] * (Kernel[axis] - 1)) - 1) / Stride[axis]) + 1)];

    /// <summary>The windows of a layer over samples [C, L…]; null where the layer has none.</summary>
    public static SlidingWindow? Of(Layer layer, int[] sample)
    {
        int[] sizes = sample[1..];
        switch (layer)
        {
            case Convolution convolution:
                var (kernel, dilation) = (Each(convolution.KernelSize), Each(convolution.Dilation));

                // PyTorch's "same": where the padding is odd, the larger half is behind.
                int[] total = [.. kernel.Select((size, axis) => dilation[axis] * (size - 1))];
                var before = convolution.Padding.Amount is { } amount ? Each(amount) : [.. total.Select(both => both / 2)];
                var after = convolution.Padding.Amount is null ? [.. total.Select(both => both - (both / 2))] : before;
                return new SlidingWindow(sizes, kernel, Each(convolution.Stride), dilation, before, after);
            case Pooling pooling:
                return new SlidingWindow(sizes, Each(pooling.KernelSize), Each(pooling.Stride ?? pooling.KernelSize), [.. sizes.Select(_ => 1)],
                    Each(pooling.Padding), Each(pooling.Padding));
            default:
                return null;
        }

        int[] Each(PerAxis values) => [.. sizes.Select((_, axis) => values.Values[values.Values.Count == 1 ? 0 : axis])];
    }

    /// <summary>For each window, and in it each point, the flat position in the input; −1 in the padding.</summary>
    public int[][] Table()
    {
        var points = PlacedLayer.Elements(Kernel);
        return [.. Enumerable.Range(0, PlacedLayer.Elements(Output))
            .Select(window => Enumerable.Range(0, points).Select(point => At(window, point)).ToArray())];
    }

    private int At(int window, int point)
    {
        var (output, position, step) = (Output, 0, 1);
        for (var axis = Sizes.Length - 1; axis >= 0; axis--)
        {
            var at = (window % output[axis] * Stride[axis]) + (point % Kernel[axis] * Dilation[axis]) - Before[axis];
            if (at < 0 || at >= Sizes[axis])
            {
                return -1;
            }

            position += at * step;
            step *= Sizes[axis];
            (window, point) = (window / output[axis], point / Kernel[axis]);
        }

        return position;
    }
}
