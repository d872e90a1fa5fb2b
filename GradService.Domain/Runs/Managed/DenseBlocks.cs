using System.Numerics;

namespace GradService.Domain.Runs.Managed;

/// <summary>How a batch is cut into blocks of samples, so that what a layer reads and writes of one stays in the nearest cache.</summary>
/// <param name="Samples">N.</param>
/// <param name="Size">B, the samples of a block; the last block may have fewer.</param>
internal sealed record DenseBlocks(int Samples, int Size)
{
    // Of the widest layer's result: it, what it is made from, and what is kept share a first-level cache of 32 to 64 KiB.
    private const int BytesOfResult = 16 << 10;

    public int Count => (Samples + Size - 1) / Size;

    /// <param name="samples">N.</param>
    /// <param name="widest">The most units between two layers.</param>
    /// <param name="itemSize">Bytes of a number.</param>
    public static DenseBlocks Of(int samples, int widest, int itemSize)
    {
        // Kernels take two vectors at a time.
        var step = 2 * Vector<byte>.Count / itemSize;
        return new DenseBlocks(samples, Math.Min(Math.Max(1, BytesOfResult / (widest * itemSize) / step), (samples + step - 1) / step) * step);
    }

    public int First(int block) => block * Size;

    /// <summary>Samples of a block that are there.</summary>
    public int SamplesIn(int block) => Math.Min(Size, Samples - First(block));
}
