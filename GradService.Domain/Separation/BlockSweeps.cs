using GradService.Domain.Arrays;

namespace GradService.Domain.Separation;

/// <summary>A question as backward sweeps over blocks of samples: how those that take no tensors answer it.</summary>
/// <param name="Way">What the gradient knows of the statistics of coupled layers: kept apart, that they are constants; with one left out, each
/// sample's own share in them; together, that they depend on all samples.</param>
/// <param name="Sweeps">One for each weighing of the outputs.</param>
internal sealed record BlockSweeps(SeparationWay Way, IReadOnlyList<BlockSweep> Sweeps);

/// <summary>One backward sweep; the result [N, D] is strewn into the answer.</summary>
/// <param name="Cotangent">The weights.</param>
/// <param name="First">The element of the answer at which the first sample's begins.</param>
/// <param name="Stride">Elements of the answer from one sample's to the next.</param>
internal sealed record BlockSweep(BlockCotangent Cotangent, int First, int Stride);

/// <summary>Weights of the flattened outputs [N, M].</summary>
internal abstract record BlockCotangent
{
    /// <summary>1 at the same output elements of every sample, else 0.</summary>
    internal sealed record Ones(long[] Outputs) : BlockCotangent;

    /// <summary>[N, M] from an element of an array on.</summary>
    internal sealed record Given(NdArray Array, int First) : BlockCotangent;
}
