using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Normalization;

/// <summary>How running statistics take a batch in.</summary>
/// <param name="old">The statistics before.</param>
/// <param name="batch">Mean and unbiased variance of the batch, detached.</param>
/// <param name="momentum">The layer's momentum; null: cumulative average.</param>
public delegate RunningStatistics RunningUpdate(RunningStatistics old, RunningStatistics batch, double? momentum);

/// <summary>Mean and variance [C] of the batches so far. The tensors belong to the scope of the pass that made them.</summary>
public sealed class RunningStatistics
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

    /// <summary>r ← (1 − m)·r + m·batch; without momentum, the average of all batches so far, as nn.BatchNorm in training.</summary>
    internal static RunningStatistics UpdateAsPyTorch(RunningStatistics old, RunningStatistics batch, double? momentum) =>
        Mix(old, batch, weightOfNew: momentum ?? 1 / (old.BatchesTracked + 1));

    /// <summary>s ← m·s + (1 − m)·batch: the forum's module weighs the old value with m; without momentum s ← s + (batch − s)/t.</summary>
    internal static RunningStatistics UpdateAsForumModule(RunningStatistics old, RunningStatistics batch, double? momentum) =>
        Mix(old, batch, weightOfNew: momentum is { } m ? 1 - m : 1 / (old.BatchesTracked + 1));

    private static RunningStatistics Mix(RunningStatistics old, RunningStatistics batch, double weightOfNew) => new(
        old.Mean.Times(1 - weightOfNew).Plus(batch.Mean.Times(weightOfNew)),
        old.Variance.Times(1 - weightOfNew).Plus(batch.Variance.Times(weightOfNew)),
        old.BatchesTracked + 1);
}
