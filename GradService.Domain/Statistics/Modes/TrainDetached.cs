namespace GradService.Domain.Statistics.Modes;

/// <summary>Batch statistics held constant: the slope of the curve one plots, and what a PINN's residual needs.</summary>
internal static class TrainDetached
{
    public static BatchNormMode Mode { get; } = new(
        "trainDetached",
        "Batch statistics, held constant by the gradient: the slope of the curve one plots.",
        StatisticsSource.Batch,
        GradientFlows: false,
        Train.BatchWeight);
}
