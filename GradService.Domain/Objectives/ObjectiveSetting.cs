using GradService.Domain.Arrays;
using GradService.Domain.Networks;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Statistics;

namespace GradService.Domain.Objectives;

/// <summary>A loss with what BatchNorm means in it: all but the network's numbers.</summary>
internal sealed record ObjectiveSetting(Objective Objective, NetworkShape Shape, NormalizationPlan Plan, ObjectiveVariant Variant, PointBatches Grouping)
{
    public DropoutSpec? Dropout { get; init; }

    public NdArray? ReferenceInputs { get; init; }

    /// <summary>The sets that stand in one batch together.</summary>
    public IReadOnlyList<IReadOnlyList<ObjectiveSet>> Batches =>
        Grouping == PointBatches.Joint ? [Objective.Sets] : [.. Objective.Sets.Select(set => (IReadOnlyList<ObjectiveSet>)[set])];

    /// <summary>Whether parameter gradients flow through a layer's statistics.</summary>
    public bool Through(NormalizationSite site) => site.Coupled || Variant.Through(site.Mode);

    /// <summary>The same with all statistics held constant.</summary>
    public ObjectiveSetting Detached => this with
    {
        Plan = Plan.Decoupled(),
        Variant = Variant with { Derivative = InputDerivative.PerSample, ThroughStatistics = false },
    };

    /// <summary>Whether parameter gradients leave out how the parameters move some statistics.</summary>
    public bool IsPartial => Plan.Sites.Any(site => site.Measures && !Through(site));

    /// <summary>The same with parameter gradients through all statistics.</summary>
    public ObjectiveSetting Whole => this with { Variant = Variant with { ThroughStatistics = true } };

    /// <summary>Whether mode eval can give other outputs: the batch is taken by layers that track running statistics.</summary>
    public bool HasEval => Plan.Sites.Any(site => site.MeasuresBatch && site.Layer.TrackRunningStats);

    /// <summary>Whether point sets have batch statistics each of its own.</summary>
    public bool HasOwnStatistics => Batches.Count > 1 && Plan.Sites.Any(site => site.MeasuresBatch);

    /// <summary>How many samples a layer's statistics are taken over; null where they come from elsewhere.</summary>
    public long? SamplesBehind(NormalizationSite site, BatchPass batch) => site.SamplesBehind(batch.Count, ReferenceInputs);

    /// <summary>What a batch as a whole needs, where one graph serves all of its sets.</summary>
    public DerivativePlan DerivativesOf(IReadOnlyList<ObjectiveSet> batch) =>
        DerivativePlan.Of(batch.SelectMany(set => set.Quantities), inOrder: WayOf(batch) == DerivativeWay.Sum);

    /// <summary>How the derivatives of a batch are found.</summary>
    public DerivativeWay WayOf(IReadOnlyList<ObjectiveSet> batch)
    {
        if (batch.All(set => set.Derivatives.Sweeps == 0))
        {
            return DerivativeWay.None;
        }

        var coupled = Plan.Sites.Count(site => site.Coupled);
        return (coupled, Variant.Derivative) switch
        {
            (0, _) => DerivativeWay.Apart,
            (_, InputDerivative.Sum) => DerivativeWay.Sum,
            (1, _) => DerivativeWay.LeaveOneOut,
            _ => DerivativeWay.RowByRow,
        };
    }

    /// <summary>Backward sweeps of one evaluation.</summary>
    /// <param name="live">Whether parameter gradients are wanted.</param>
    public long Sweeps(bool live)
    {
        var (sweeps, last) = (0L, false);
        foreach (var batch in Batches)
        {
            var way = WayOf(batch);
            sweeps = sweeps.SaturatingPlus(way switch
            {
                DerivativeWay.None => 0,
                DerivativeWay.Apart => batch.Sum(set => (long)set.Derivatives.Sweeps),
                DerivativeWay.RowByRow => batch.Where(set => set.Derivatives.Sweeps > 0).Sum(set => set.Count.SaturatingTimes(set.Derivatives.Sweeps + (live ? 1 : 0))),
                _ => DerivativesOf(batch).Sweeps,
            });
            last |= batch.Any(set => set.Terms.Count > 0 && (way != DerivativeWay.RowByRow || set.Derivatives.Sweeps == 0));
        }

        return sweeps + (live && last ? 1 : 0);
    }
}

/// <summary>How the derivatives of a batch are found.</summary>
internal enum DerivativeWay
{
    /// <summary>None is needed.</summary>
    None,

    /// <summary>Samples do not interact: each set by itself, with the statistics of the whole batch.</summary>
    Apart,

    /// <summary>The sum over the batch.</summary>
    Sum,

    /// <summary>Each sample's own, the other samples' sums being held.</summary>
    LeaveOneOut,

    /// <summary>Each sample's own, one sample at a time.</summary>
    RowByRow,
}
