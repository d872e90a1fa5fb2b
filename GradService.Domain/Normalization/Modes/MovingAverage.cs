namespace GradService.Domain.Normalization.Modes;

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
        RunningStatistics.UpdateAsForumModule);
}
