namespace GradService.Domain.Statistics.Modes;

/// <summary>
/// The hand-written module of the forum's question, read literally: s ← m·s + (1 − m)·batch (m weighs the old value, unbiased
/// variance), normalising with the updated s.
/// </summary>
public sealed record MovingAverage : BatchNormMode
{
    public static BatchNormMode Mode { get; } = new MovingAverage();

    public override string Name => "movingAverage";

    public override string Description => "The forum's own module: normalises with the moving average that has just taken the batch in, held constant.";

    internal override bool FlowsToParameters => false;

    internal override bool UsesUpdated => true;

    /// <summary>m weighs the old value; without momentum s ← s + (batch − s)/t.</summary>
    internal override double? BatchWeight(double batchesTracked, double? momentum) => momentum is { } m ? 1 - m : 1 / (batchesTracked + 1);
}
