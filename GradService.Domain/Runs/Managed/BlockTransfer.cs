using System.Numerics;
using GradService.Domain.Arrays;
using GradService.Domain.Networks.Dense;

namespace GradService.Domain.Runs.Managed;

/// <summary>Between arrays, sample by sample, and blocks, unit by unit.</summary>
internal static class BlockTransfer
{
    /// <summary>A block of [N, C], which begins at an element of the array, into [C, B]; zeros where there is no sample.</summary>
    public static void Load<T>(NdArray array, int first, int units, DenseBlocks blocks, int block, Span<T> to)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var at = first + (blocks.First(block) * units);
        var count = blocks.SamplesIn(block) * units;
        if (array.Dtype == Dtype.Float32)
        {
            Load(array.Singles.Slice(at, count), units, blocks.Size, to);
        }
        else
        {
            Load(array.Doubles.Slice(at, count), units, blocks.Size, to);
        }
    }

    /// <summary>[C, B] into the array: sample i's numbers from element first + i·stride on.</summary>
    public static void Store<T>(ReadOnlySpan<T> from, int units, DenseBlocks blocks, int block, NdArray array, int first, int stride)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var samples = blocks.SamplesIn(block);
        var to = array.Values<T>()[(first + (blocks.First(block) * stride))..];
        if (stride == 1)
        {
            from[..samples].CopyTo(to);
            return;
        }

        for (var unit = 0; unit < units; unit++)
        {
            var values = from.Slice(unit * blocks.Size, samples);
            for (var sample = 0; sample < values.Length; sample++)
            {
                to[(sample * stride) + unit] = values[sample];
            }
        }
    }

    private static void Load<TFrom, T>(ReadOnlySpan<TFrom> from, int units, int size, Span<T> to)
        where TFrom : unmanaged, IBinaryFloatingPointIeee754<TFrom>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var samples = from.Length / units;
        for (var unit = 0; unit < units; unit++)
        {
            var values = to.Slice(unit * size, size);
            for (var sample = 0; sample < samples; sample++)
            {
                values[sample] = T.CreateTruncating(from[(sample * units) + unit]);
            }

            values[samples..].Clear();
        }
    }
}
