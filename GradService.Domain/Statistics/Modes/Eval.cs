using GradService.Domain.Networks.Layers;

namespace GradService.Domain.Statistics.Modes;

/// <summary>PyTorch's eval mode. Without running statistics it falls back on the batch's own, coupled, as PyTorch does.</summary>
public sealed record Eval : BatchNormMode
{
    public static BatchNormMode Mode { get; } = new Eval();

    public override string Name => "eval";

    public override string Description => "Running statistics, which are constants.";

    internal override bool MeasuresBatch(BatchNorm layer) => !layer.TrackRunningStats;

    internal override bool Couples(BatchNorm layer) => MeasuresBatch(layer);

    internal override bool LetsParametersChoose => false;
}
