using GradService.Domain.Arrays;
using GradService.Domain.Runs;
using GradService.Domain.Separation;

namespace GradService.Domain.Objectives;

/// <summary>Point sets that stand in one batch together, and so share its statistics.</summary>
internal sealed class ObjectiveBatch
{
    /// <param name="sets">The sets.</param>
    /// <param name="plan">How they are run.</param>
    /// <param name="derivative">What a derivative by an input means where batch statistics couple the samples.</param>
    /// <param name="live">Whether gradients of the loss are wanted.</param>
    /// <param name="strategy">How own derivatives are to be found.</param>
    /// <param name="inputs">Whether gradients of the loss by the points are wanted.</param>
    public ObjectiveBatch(IReadOnlyList<ObjectiveSet> sets, RunPlan plan, InputDerivative derivative, bool live, Strategy strategy, bool inputs)
    {
        (Sets, Plan, WantsInputGradients) = (sets, plan, inputs);
        var together = plan.Size.Coupled && derivative == InputDerivative.Sum;
        Derivatives = DerivativePlan.Of(sets.SelectMany(set => set.Quantities), inOrder: together);
        Separated = Derivatives.Sweeps > 0
            ? together ? Separated.Together(Derivatives.Sweeps, "nested gradients of the sum over the batch, as asked")
                : inputs && plan.Size.Coupled ? Separated.ByRows(Asked(live), "row by row, as the loss moves with each point through the statistics of all")
                : SeparationWay.Choose(Asked(live) with { Strategy = strategy })
            : !inputs ? null
            : plan.Size.Coupled ? Separated.Together(0, "one sweep finds how the whole loss moves with all points")
            : SeparationWay.Choose(Asked(live));
    }

    public IReadOnlyList<ObjectiveSet> Sets { get; }

    public RunPlan Plan { get; }

    /// <summary>How many points it has.</summary>
    public long Count => Plan.Samples;

    /// <summary>What all sets need, where one graph serves them.</summary>
    public DerivativePlan Derivatives { get; }

    /// <summary>Whether gradients of the loss by the points are wanted: through statistics that couple the points, a sweep row by row alone has them.</summary>
    public bool WantsInputGradients { get; }

    /// <summary>How samples are told apart for the derivatives; null: none is needed.</summary>
    public Separated? Separated { get; }

    /// <summary>Whether each point with derivatives stands by itself.</summary>
    public bool IsRowByRow => Separated?.IsRowByRow == true;

    /// <summary>Whether a frozen copy of the batch goes along.</summary>
    public bool HasFrozenCopy => Separated?.Way is LeaveOneOut or Expansion;

    /// <summary>Whether something is left for the one sweep to the parameters that all batches share.</summary>
    public bool HasLast => Sets.Any(set => set.Terms.Count > 0 && (!IsRowByRow || set.Derivatives.Sweeps == 0));

    /// <summary>Backward sweeps, that last one not among them.</summary>
    /// <param name="live">Whether parameter gradients are taken.</param>
    public long Sweeps(bool live) => Separated?.Way.Sweeps(Asked(live)) ?? 0;

    /// <summary>What the terms ask: where samples are not coupled, each set by itself.</summary>
    private Asked Asked(bool live) => new(
        Plan.Size, AskedFor.TermDerivatives, Plan.Size.Coupled ? Derivatives.Sweeps : Sets.Sum(set => (long)set.Derivatives.Sweeps))
    {
        Order = Derivatives.Order,
        Live = live,
        RowSweeps = Sets.Where(set => set.Derivatives.Sweeps > 0)
            .Aggregate(0L, (sum, set) => sum
                .SaturatingPlus(set.Count.SaturatingTimes(set.Derivatives.Sweeps + (live ? 1 : 0)).SaturatingTimes(set.Rounds(live)))),
    };
}
