using GradService.Domain.Arrays;

namespace GradService.Domain.Separation;

/// <summary>What the gradient knows of the statistics of coupled layers.</summary>
internal enum CoupledGradient
{
    /// <summary>They are constants.</summary>
    Held,

    /// <summary>Each sample's own share in them, through one coupled layer.</summary>
    Own,

    /// <summary>They depend on all samples.</summary>
    Whole,
}

/// <summary>A question as backward sweeps over blocks of samples: how those that take no tensors answer it.</summary>
/// <param name="Coupled">What the gradient knows of the statistics of coupled layers.</param>
/// <param name="Sweeps">One for each weighing of the outputs.</param>
internal sealed record BlockSweeps(CoupledGradient Coupled, IReadOnlyList<BlockSweep> Sweeps);

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
