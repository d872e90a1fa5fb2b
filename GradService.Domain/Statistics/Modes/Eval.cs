namespace GradService.Domain.Statistics.Modes;

/// <summary>PyTorch's eval mode. Without running statistics it falls back on the batch's own, coupled, as PyTorch does.</summary>
internal static class Eval
{
    public static BatchNormMode Mode { get; } = new(
        "eval",
        "Running statistics, which are constants.",
        StatisticsSource.Running,
        GradientFlows: false,
        Update: null);
}
