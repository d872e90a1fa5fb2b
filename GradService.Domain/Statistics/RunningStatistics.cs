using GradService.Domain.Native;

namespace GradService.Domain.Statistics;

/// <summary>Mean and variance [C] of the batches so far. The tensors belong to the scope of the pass that made them.</summary>
internal sealed class RunningStatistics(Moments moments, double batchesTracked)
{
    public Moments Moments { get; } = moments;

    public double BatchesTracked { get; } = batchesTracked;

    /// <summary>These, and the mean and unbiased variance of a batch with that weight.</summary>
    public RunningStatistics TakeIn(Moments batch, double weight) => new(
        new Moments(
            Moments.Mean.Times(1 - weight).Plus(batch.Mean.Times(weight)),
            Moments.Variance.Times(1 - weight).Plus(batch.Variance.Times(weight))),
        BatchesTracked + 1);
}
