using System.ComponentModel.DataAnnotations;
using GradService.Domain.Networks.Layers;

namespace GradService.Domain.Statistics.Modes;

/// <summary>
/// Batch renormalisation (Ioffe, "Batch Renormalization", 2017): what the batch statistics normalised is scaled by r and shifted by d, which
/// bring it to the running statistics as they were before the call, as far as rMax and dMax allow. Constants for every gradient; without
/// running statistics r = 1 and d = 0.
/// </summary>
public sealed record Renorm : BatchNormMode
{
    public static BatchNormMode Mode { get; } = new Renorm();

    /// <summary>r is kept within 1/rMax and rMax; with 1, and dMax 0, the mode is train. "Infinity": wherever it falls.</summary>
    [Range(1, double.PositiveInfinity)]
    public double RMax { get; init; } = 3;

    /// <summary>d is kept within ±dMax. "Infinity": wherever it falls.</summary>
    [Range(0, double.PositiveInfinity)]
    public double DMax { get; init; } = 5;

    public override string Name => "renorm";

    public override string Description =>
        "Batch statistics that the gradient flows through, corrected towards the running ones by a scale and a shift that it takes for constants.";

    public override bool GradientFlows => true;

    internal override bool LetsParametersChoose => false;

    internal override double? BatchWeight(double batchesTracked, double? momentum) => Train.WeightOf(batchesTracked, momentum);

    internal override bool Corrects(BatchNorm layer) => layer.TrackRunningStats;

    internal override (double Scale, double Shift) Correct(double eps, (double Mean, double Variance) used, (double Mean, double Variance) before)
    {
        var deviation = Math.Sqrt(before.Variance + eps);
        return (Math.Clamp(Math.Sqrt(used.Variance + eps) / deviation, 1 / RMax, RMax), Math.Clamp((used.Mean - before.Mean) / deviation, -DMax, DMax));
    }
}
