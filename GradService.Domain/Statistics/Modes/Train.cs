namespace GradService.Domain.Statistics.Modes;

/// <summary>PyTorch's train mode: r ← (1 − m)·r + m·batch, by the unbiased variance.</summary>
internal static class Train
{
    public static BatchNormMode Mode { get; } = new(
        "train",
        "Batch statistics, and the gradient flows through them: every output depends on every sample.",
        StatisticsSource.Batch,
        GradientFlows: true,
        BatchWeight);

    /// <summary>r ← (1 − m)·r + m·batch; without momentum, the average of all batches so far, as nn.BatchNorm in training.</summary>
    public static double BatchWeight(double batchesTracked, double? momentum) => momentum ?? 1 / (batchesTracked + 1);
}
