namespace GradService.Domain.Statistics.Modes;

/// <summary>
/// The hand-written module of the forum's question, read literally: s ← m·s + (1 − m)·batch (m weighs the old value, unbiased
/// variance), normalising with the updated s.
/// </summary>
internal static class MovingAverage
{
    public static BatchNormMode Mode { get; } = new(
        "movingAverage",
        "The forum's own module: normalises with the moving average that has just taken the batch in, held constant.",
        StatisticsSource.UpdatedRunning,
        GradientFlows: false,
        BatchWeight);

    /// <summary>m weighs the old value; without momentum s ← s + (batch − s)/t.</summary>
    private static double BatchWeight(double batchesTracked, double? momentum) => momentum is { } m ? 1 - m : 1 / (batchesTracked + 1);
}
