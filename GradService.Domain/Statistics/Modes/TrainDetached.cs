namespace GradService.Domain.Statistics.Modes;

/// <summary>Batch statistics held constant: the slope of the curve one plots, and what a PINN's residual needs.</summary>
public sealed record TrainDetached : BatchNormMode
{
    public static BatchNormMode Mode { get; } = new TrainDetached();

    public override string Name => "trainDetached";

    public override string Description => "Batch statistics, held constant by the gradient: the slope of the curve one plots.";

    internal override double? BatchWeight(double batchesTracked, double? momentum) => Train.WeightOf(batchesTracked, momentum);
}
