using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Statistics;

/// <summary>How running statistics take a batch in: the weight of the batch, what is left to 1 being that of the statistics before.</summary>
/// <param name="batchesTracked">How many batches they had seen.</param>
/// <param name="momentum">The layer's momentum; null: cumulative average.</param>
public delegate double RunningUpdate(double batchesTracked, double? momentum);

/// <summary>Mean and variance [C] of the batches so far. The tensors belong to the scope of the pass that made them.</summary>
internal sealed class RunningStatistics
{
    internal RunningStatistics(Tensor mean, Tensor variance, double batchesTracked)
    {
        Mean = mean;
        Variance = variance;
        BatchesTracked = batchesTracked;
    }

    internal Tensor Mean { get; }

    internal Tensor Variance { get; }

    internal double BatchesTracked { get; }

    /// <summary>These, and the mean and unbiased variance of a batch with that weight.</summary>
    internal RunningStatistics TakeIn(Moments batch, double weight) => new(
        Mean.Times(1 - weight).Plus(batch.Mean.Times(weight)),
        Variance.Times(1 - weight).Plus(batch.Variance.Times(weight)),
        BatchesTracked + 1);
}
