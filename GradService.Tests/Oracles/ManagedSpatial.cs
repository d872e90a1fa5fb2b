using GradService.Domain.Arrays;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Spatial;

namespace GradService.Tests.Oracles;

/// <summary>Convolution and pooling as plain sums over windows.</summary>
internal static class ManagedSpatial
{
    /// <summary>Σ over the group's channels and the kernel's points of weight · x, plus bias; weight [O, C/groups, K…].</summary>
    public static ManagedBatch Convolve(Convolution layer, ManagedBatch x, NdArray weight, NdArray? bias)
    {
        var window = SlidingWindow.Of(layer, x.Sample)!;
        var (table, points) = (window.Table(), PlacedLayer.Elements(window.Kernel));
        var (ins, outs) = (x.Sample[0] / layer.Groups, layer.OutChannels / layer.Groups);
        var result = new double[x.Values.Length / x.Elements * layer.OutChannels * table.Length];
        for (var i = 0; i < result.Length; i++)
        {
            var (sample, channel, taps) = (i / table.Length / layer.OutChannels, i / table.Length % layer.OutChannels, table[i % table.Length]);
            result[i] = bias?[channel] ?? 0;
            for (var c = 0; c < ins; c++)
            {
                var start = (sample * x.Elements) + (((channel / outs * ins) + c) * x.Positions);
                for (var k = 0; k < points; k++)
                {
                    result[i] += taps[k] < 0 ? 0 : weight[(((channel * ins) + c) * points) + k] * x.Values[start + taps[k]];
                }
            }
        }

        return new ManagedBatch([layer.OutChannels, .. window.Output], result);
    }

    /// <summary>The mean of each window, zeros in the padding counted.</summary>
    public static ManagedBatch Average(AveragePool layer, ManagedBatch x) =>
        Pool(layer, x, (start, taps) => taps.Sum(tap => tap < 0 ? 0 : x.Values[start + tap]) / taps.Length);

    /// <summary>The largest of each window, and which point of it that was.</summary>
    public static (ManagedBatch Output, IReadOnlyList<int> Taken) Largest(MaxPool layer, ManagedBatch x)
    {
        var taken = new List<int>();
        var output = Pool(layer, x, (start, taps) =>
        {
            taken.Add(taps.Where(tap => tap >= 0).MaxBy(tap => x.Values[start + tap]));
            return x.Values[start + taken[^1]];
        });
        return (output, taken);
    }

    /// <summary>The mean of elements ⌊i·L/O⌋ to ⌈(i + 1)·L/O⌉ along each axis.</summary>
    public static ManagedBatch Adapt(ManagedBatch x, int[] output) => Adapt(x, output, (start, cell) => cell.Average(position => x.Values[start + position]));

    /// <summary>The largest of the same elements, and which of them that was.</summary>
    public static (ManagedBatch Output, IReadOnlyList<int> Taken) AdaptLargest(ManagedBatch x, int[] output)
    {
        var taken = new List<int>();
        var largest = Adapt(x, output, (start, cell) =>
        {
            taken.Add(cell.MaxBy(position => x.Values[start + position]));
            return x.Values[start + taken[^1]];
        });
        return (largest, taken);
    }

    private static ManagedBatch Adapt(ManagedBatch x, int[] output, Func<int, int[], double> reduce)
    {
        var cells = Enumerable.Range(0, PlacedLayer.Elements(output))
            .Select(cell => Enumerable.Range(0, x.Positions).Where(position => Holds(cell, position)).ToArray()).ToArray();
        var result = new double[x.Values.Length / x.Positions * cells.Length];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = reduce(i / cells.Length * x.Positions, cells[i % cells.Length]);
        }

        return new ManagedBatch([x.Sample[0], .. output], result);

        bool Holds(int cell, int position)
        {
            var holds = true;
            for (var axis = output.Length - 1; axis >= 0; axis--)
            {
                var (size, wanted, at, i) = (x.Sample[axis + 1], output[axis], position % x.Sample[axis + 1], cell % output[axis]);
                holds &= at >= i * size / wanted && at < (((i + 1) * size) + wanted - 1) / wanted;
                (position, cell) = (position / size, cell / wanted);
            }

            return holds;
        }
    }

    private static ManagedBatch Pool(Layer layer, ManagedBatch x, Func<int, int[], double> reduce)
    {
        var window = SlidingWindow.Of(layer, x.Sample)!;
        var table = window.Table();
        return new ManagedBatch([x.Sample[0], .. window.Output],
            [.. Enumerable.Range(0, x.Values.Length / x.Positions * table.Length)
                .Select(i => reduce(i / table.Length * x.Positions, table[i % table.Length]))]);
    }
}
