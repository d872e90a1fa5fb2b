using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;

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

    private static readonly IReadOnlyList<(ObjectiveVariant Variant, string Meaning)> Documented =
    [
        (new() { Mode = Train.Mode, Derivative = InputDerivative.Sum },
            "naive: derivatives of the sum over the batch, as nested torch.autograd.grad gives them; often blind"),
        (new() { Mode = Train.Mode }, "own: each sample's derivatives, its effect on the batch statistics included; another problem's, by O(1/n)"),
        (new() { Mode = TrainDetached.Mode, ThroughStatistics = true },
            "derivatives with the batch statistics held constant, parameter gradients through them: what a PINN needs"),
        (new() { Mode = TrainDetached.Mode, ThroughStatistics = false }, "the same value, but its gradient leaves out how the parameters move the statistics"),
        (new() { Mode = Eval.Mode }, "running statistics, constants"),
        (new() { Mode = MovingAverage.Mode, ThroughStatistics = false }, "the forum's module: running statistics that took this batch in, constants"),
    ];

    /// <summary>The six meanings, a to f.</summary>
    public static IReadOnlyList<ObjectiveVariant> All { get; } = [.. Documented.Select(documented => documented.Variant)];

    /// <summary>Variant c, which others are measured by.</summary>
    public static ObjectiveVariant Recommended => All[2];

    /// <summary>The letter of the documentation, "a" to "f"; null for another meaning.</summary>
    public string? Letter => Place < 0 ? null : $"{(char)('a' + Place)}";

    /// <summary>What it means in a line; null for one without a letter.</summary>
    public string? Meaning => Place < 0 ? null : Documented[Place].Meaning;

    private int Place => All.Select(Normalised).ToList().IndexOf(Normalised(this));

    /// <summary>Whether parameter gradients flow through the statistics of a layer in that mode in this variant.</summary>
    internal bool Through(BatchNormMode mode) => ThroughStatistics ?? mode.FlowsToParameters;

    /// <summary>The same meaning without what makes no difference to it.</summary>
    private static ObjectiveVariant Normalised(ObjectiveVariant variant) => variant with
    {
        Derivative = variant.Mode.GradientFlows ? variant.Derivative : InputDerivative.PerSample,
        ThroughStatistics = !variant.Mode.LetsParametersChoose || variant.Through(variant.Mode),
    };
}
