using System.Buffers;
using System.Numerics;
using GradService.Domain.Arrays;
using GradService.Domain.Networks.Dense;

namespace GradService.Domain.Runs.Managed;

/// <summary>How a batch is cut into blocks of samples, so that what a layer reads and writes of one stays in the nearest cache.</summary>
/// <param name="Samples">N.</param>
/// <param name="Size">B, the samples of a block; the last block may have fewer.</param>
internal sealed record SampleBlocks(int Samples, int Size)
{
    // Of the widest layer's result: it, what it is made from, and what is kept share a first-level cache of 32 to 64 KiB.
    private const int BytesOfResult = 16 << 10;

    public int Count => (Samples + Size - 1) / Size;

    /// <param name="samples">N.</param>
    /// <param name="widest">The most units between two layers.</param>
    /// <param name="itemSize">Bytes of a number.</param>
    public static SampleBlocks Of(int samples, int widest, int itemSize)
    {
        // Kernels take two vectors at a time.
        var step = 2 * Vector<byte>.Count / itemSize;
        return new SampleBlocks(samples, Math.Min(Math.Max(1, BytesOfResult / (widest * itemSize) / step), (samples + step - 1) / step) * step);
    }

    public int First(int block) => block * Size;

    /// <summary>Samples of a block that are there.</summary>
    public int SamplesIn(int block) => Math.Min(Size, Samples - First(block));
}

/// <summary>Two rented buffers for one block: what a layer reads, and what it writes, which the next one reads.</summary>
internal sealed class BlockScratch<T>(int size) : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T[] _current = ArrayPool<T>.Shared.Rent(size);
    private T[] _other = ArrayPool<T>.Shared.Rent(size);

    public Span<T> Current => _current;

    public Span<T> Other => _other;

    public void Swap() => (_current, _other) = (_other, _current);

    public void Dispose()
    {
        ArrayPool<T>.Shared.Return(_current);
        ArrayPool<T>.Shared.Return(_other);
    }
}

/// <summary>Between arrays, sample by sample, and blocks, unit by unit.</summary>
internal static class BlockTransfer
{
    /// <summary>A block of [N, C], which begins at an element of the array, into [C, B]; zeros where there is no sample.</summary>
    public static void Load<T>(NdArray array, int first, int units, SampleBlocks blocks, int block, Span<T> to)
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
    public static void Store<T>(ReadOnlySpan<T> from, int units, SampleBlocks blocks, int block, NdArray array, int first, int stride)
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
