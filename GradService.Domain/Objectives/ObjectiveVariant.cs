using GradService.Domain.Normalization;
using GradService.Domain.Normalization.Modes;

namespace GradService.Domain.Objectives;

/// <summary>What BatchNorm and derivatives are to mean in a loss; all else is the request's.</summary>
public sealed record ObjectiveVariant
{
    /// <summary>The mode of all BatchNorm layers that "batchNorm.layers" does not name.</summary>
    public required BatchNormMode Mode { get; init; }

    /// <summary>What a derivative by an input means where batch statistics couple the samples.</summary>
    public InputDerivative Derivative { get; init; } = InputDerivative.PerSample;

    /// <summary>Whether parameter gradients flow through the statistics; absent: the mode's default.</summary>
    public bool? ThroughStatistics { get; init; }

    /// <summary>
    /// The six meanings: a naive; b own derivatives; c statistics detached with respect to the inputs only, which is what a PINN needs;
    /// d detached altogether, as the forum's module; e running statistics; f the forum's moving average.
    /// </summary>
    public static IReadOnlyList<ObjectiveVariant> All { get; } =
    [
        new() { Mode = Train.Mode, Derivative = InputDerivative.Sum },
        new() { Mode = Train.Mode },
        new() { Mode = TrainDetached.Mode, ThroughStatistics = true },
        new() { Mode = TrainDetached.Mode, ThroughStatistics = false },
        new() { Mode = Eval.Mode },
        new() { Mode = MovingAverage.Mode, ThroughStatistics = false },
    ];

    /// <summary>Variant c, which others are measured by.</summary>
    public static ObjectiveVariant Recommended => All[2];

    /// <summary>The letter of the documentation, "a" to "f"; null for another meaning.</summary>
    public string? Letter
    {
        get
        {
            var at = All.Select(Normalised).ToList().IndexOf(Normalised(this));
            return at < 0 ? null : $"{(char)('a' + at)}";
        }
    }

    /// <summary>Whether parameter gradients flow through statistics of a source in this variant.</summary>
    internal bool Through(StatisticsSource source) => ThroughStatistics ?? source != StatisticsSource.UpdatedRunning;

    /// <summary>The same meaning without what makes no difference to it.</summary>
    private static ObjectiveVariant Normalised(ObjectiveVariant variant) => variant with
    {
        Derivative = variant.Mode == Train.Mode ? variant.Derivative : InputDerivative.PerSample,
        ThroughStatistics = variant.Mode == Train.Mode || variant.Mode == Eval.Mode ? true : variant.Through(variant.Mode.Source),
    };
}
