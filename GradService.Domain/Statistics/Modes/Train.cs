namespace GradService.Domain.Statistics.Modes;

/// <summary>PyTorch's train mode: r ← (1 − m)·r + m·batch, by the unbiased variance.</summary>
public sealed record Train : BatchNormMode
{
    public static BatchNormMode Mode { get; } = new Train();

    public override string Name => "train";

    public override string Description => "Batch statistics, and the gradient flows through them: every output depends on every sample.";

    public override bool GradientFlows => true;

    internal override bool LetsParametersChoose => false;

    internal override double? BatchWeight(double batchesTracked, double? momentum) => WeightOf(batchesTracked, momentum);

    /// <summary>Without momentum, the average of all batches so far, as nn.BatchNorm in training.</summary>
    internal static double WeightOf(double batchesTracked, double? momentum) => momentum ?? 1 / (batchesTracked + 1);
}
