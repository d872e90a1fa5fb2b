using System.Numerics;

namespace GradService.Domain.Networks.Dense;

/// <summary>
/// A layer over vectors in managed memory. Samples come in blocks, laid out unit by unit: [C, B], each unit a run of B samples, B a
/// multiple of <see cref="Vector{T}.Count"/>. What stands behind the last sample of a batch is arithmetic on zeros that nobody reads.
/// </summary>
/// <remarks>One of: <see cref="IBlockKernel{T}"/>, <see cref="NormalizationKernel{T}"/>, <see cref="PassThrough{T}"/>.</remarks>
internal interface IDenseKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;

/// <summary>A layer that treats each sample alone.</summary>
internal interface IBlockKernel<T> : IDenseKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Units that <see cref="Forward"/> keeps for <see cref="Backward"/>.</summary>
    int Kept { get; }

    /// <param name="x">[C, B].</param>
    /// <param name="y">The result, [C', B].</param>
    /// <param name="kept">For the way back, [Kept, B].</param>
    void Forward(ReadOnlySpan<T> x, Span<T> y, Span<T> kept);

    /// <param name="gradient">By the result, [C', B].</param>
    /// <param name="kept">As Forward left it.</param>
    /// <param name="result">The gradient by x, [C, B].</param>
    void Backward(ReadOnlySpan<T> gradient, ReadOnlySpan<T> kept, Span<T> result);
}

/// <summary>A layer that hands on what it gets.</summary>
internal sealed class PassThrough<T> : IDenseKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>;
