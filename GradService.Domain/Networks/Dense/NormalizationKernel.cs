using System.Numerics;
using System.Runtime.InteropServices;
using GradService.Domain.Arrays;

namespace GradService.Domain.Networks.Dense;

/// <summary>
/// A BatchNorm layer over vectors: its numbers, and what it does to one unit. Which statistics it meets, and what the gradient knows of
/// them, is decided by those who run it.
/// </summary>
/// <param name="weight">[C], null: 1.</param>
/// <param name="bias">[C], null: 0.</param>
/// <param name="runningMean">[C], null without running statistics.</param>
/// <param name="runningVariance">[C], null without running statistics.</param>
/// <param name="batchesTracked">How many batches they have seen.</param>
internal sealed class NormalizationKernel<T>(T[]? weight, T[]? bias, NdArray? runningMean, NdArray? runningVariance, double batchesTracked) : IDenseKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public NdArray? RunningMean { get; } = runningMean;

    public NdArray? RunningVariance { get; } = runningVariance;

    public double BatchesTracked { get; } = batchesTracked;

    public T Weight(int channel) => weight is null ? T.One : weight[channel];

    public T Bias(int channel) => bias is null ? T.Zero : bias[channel];

    /// <summary>h ← h − mean in place, and y = (h − mean) · scale + bias.</summary>
    public static void Normalize(Span<T> h, T mean, T scale, T bias, Span<T> y)
    {
        var values = MemoryMarshal.Cast<T, Vector<T>>(h);
        var to = MemoryMarshal.Cast<T, Vector<T>>(y);
        var (centre, factor, offset) = (Vector.Create(mean), Vector.Create(scale), Vector.Create(bias));
        for (var i = 0; i < values.Length; i++)
        {
            var centred = values[i] - centre;
            values[i] = centred;
            to[i] = (centred * factor) + offset;
        }
    }

    /// <summary>Statistics held constant: g · scale.</summary>
    public static void BackwardHeld(ReadOnlySpan<T> gradient, T scale, Span<T> result)
    {
        var from = MemoryMarshal.Cast<T, Vector<T>>(gradient);
        var to = MemoryMarshal.Cast<T, Vector<T>>(result);
        var factor = Vector.Create(scale);
        for (var i = 0; i < from.Length; i++)
        {
            to[i] = from[i] * factor;
        }
    }

    /// <summary>
    /// Each sample by its own share in the statistics of n values: ∂mean/∂h = 1/n and ∂variance/∂h = 2(h − mean)/n give
    /// g · scale · (1 − 1/n − z²/n), z being h normalised.
    /// </summary>
    public static void BackwardOwn(ReadOnlySpan<T> gradient, ReadOnlySpan<T> centred, T scale, T inverse, long n, Span<T> result)
    {
        var from = MemoryMarshal.Cast<T, Vector<T>>(gradient);
        var values = MemoryMarshal.Cast<T, Vector<T>>(centred);
        var to = MemoryMarshal.Cast<T, Vector<T>>(result);
        var (factor, deviations) = (Vector.Create(scale), Vector.Create(inverse));
        var (others, share) = (Vector.Create(T.CreateTruncating(1 - (1.0 / n))), Vector.Create(T.CreateTruncating(1.0 / n)));
        for (var i = 0; i < from.Length; i++)
        {
            var z = values[i] * deviations;
            to[i] = from[i] * factor * (others - (z * z * share));
        }
    }

    /// <summary>The whole batch through its statistics: scale · (g − mean(g) − z · mean(g·z)), z being h normalised.</summary>
    public static void BackwardWhole(ReadOnlySpan<T> gradient, ReadOnlySpan<T> centred, T scale, T inverse, T meanGradient, T meanProduct, Span<T> result)
    {
        var from = MemoryMarshal.Cast<T, Vector<T>>(gradient);
        var values = MemoryMarshal.Cast<T, Vector<T>>(centred);
        var to = MemoryMarshal.Cast<T, Vector<T>>(result);
        var (factor, mean, slope) = (Vector.Create(scale), Vector.Create(meanGradient), Vector.Create(meanProduct * inverse));
        for (var i = 0; i < from.Length; i++)
        {
            to[i] = factor * (from[i] - mean - (values[i] * slope));
        }
    }
}
