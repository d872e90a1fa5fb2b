using GradService.Domain.Arrays;
using GradService.Domain.Networks;
using GradService.Domain.Runs;
using GradService.Domain.Separation;
using GradService.Domain.Statistics;

namespace GradService.Domain.Objectives;

/// <summary>A loss with what BatchNorm means in it: all but the network's numbers.</summary>
/// <param name="objective">The loss.</param>
/// <param name="shape">The network.</param>
/// <param name="normalization">What its BatchNorm layers do.</param>
/// <param name="variant">What BatchNorm and derivatives mean.</param>
/// <param name="grouping">Which sets share their statistics.</param>
internal sealed class ObjectiveSetting(Objective objective, NetworkShape shape, NormalizationPlan normalization, ObjectiveVariant variant,
    PointBatches grouping)
{
    public Objective Objective { get; } = objective;

    public NetworkShape Shape { get; } = shape;

    public NormalizationPlan Normalization { get; } = normalization;

    public ObjectiveVariant Variant { get; } = variant;

    public PointBatches Grouping { get; } = grouping;

    public DropoutSpec? Dropout { get; init; }

    public NdArray? ReferenceInputs { get; init; }

    /// <summary>Whether gradients of the loss are wanted.</summary>
    public bool Live { get; init; }

    /// <summary>Whether those by the points are among them; not in what it is compared with.</summary>
    public bool WantsInputGradients { get; init; }

    /// <summary>How own derivatives are to be found.</summary>
    public Strategy Strategy { get; init; } = Strategy.Auto;

    /// <summary>What is run, one batch after another.</summary>
    public IReadOnlyList<ObjectiveBatch> Batches => field ??= Grouping == PointBatches.Joint
        ? [Batch(Objective.Sets, name: null)]
        : [.. Objective.Sets.Select(set => Batch([set], set.Name))];

    /// <summary>The same with all statistics held constant.</summary>
    public ObjectiveSetting Detached =>
        With(Normalization.Decoupled(), Variant with { Derivative = InputDerivative.PerSample, ThroughStatistics = false });

    /// <summary>The same with parameter gradients through all statistics.</summary>
    public ObjectiveSetting Whole => With(Normalization, Variant with { ThroughStatistics = true });

    /// <summary>The same loss made of the curve's slopes: statistics held for derivatives by inputs, but not for parameter gradients.</summary>
    public ObjectiveSetting Curve =>
        With(Normalization.Decoupled(), Variant with { Derivative = InputDerivative.PerSample, ThroughStatistics = true });

    /// <summary>Whether the derivatives are those of the sum over a batch whose samples interact.</summary>
    public bool DifferentiatesSums => Normalization.Coupled && Variant.Derivative == InputDerivative.Sum;

    /// <summary>The same with one term alone, over the same points.</summary>
    public ObjectiveSetting Only(Term term) => Of(Objective.Only(term));

    /// <summary>The same of another loss over as many points.</summary>
    public ObjectiveSetting Of(Objective objective) => With(Normalization, Variant, objective);

    /// <summary>Whether parameter gradients leave out how the parameters move some statistics.</summary>
    public bool IsPartial => Normalization.Sites.Any(site => site.Measures && !Through(site));

    /// <summary>Whether mode eval can give other outputs: the batch is taken by layers that track running statistics.</summary>
    public bool HasEval => Normalization.Sites.Any(site => site.MeasuresBatch && site.Layer.TrackRunningStats);

    /// <summary>Whether point sets have batch statistics each of its own.</summary>
    public bool HasOwnStatistics => Batches.Count > 1 && Normalization.Sites.Any(site => site.MeasuresBatch);

    /// <summary>Whether parameter gradients flow through a layer's statistics.</summary>
    public bool Through(NormalizationSite site) => site.Coupled || Variant.Through(site.Mode);

    /// <summary>Backward sweeps of one evaluation.</summary>
    /// <param name="live">Whether parameter gradients are taken.</param>
    public long Sweeps(bool live) =>
        Batches.Aggregate(0L, (sum, batch) => sum.SaturatingPlus(batch.Sweeps(live))).SaturatingPlus(live && Batches.Any(batch => batch.HasLast) ? 1 : 0);

    private ObjectiveSetting With(NormalizationPlan normalization, ObjectiveVariant variant, Objective? objective = null) =>
        new(objective ?? Objective, Shape, normalization, variant, Grouping)
        {
            Dropout = Dropout,
            ReferenceInputs = ReferenceInputs,
            Live = Live,
            Strategy = Strategy,
        };

    private ObjectiveBatch Batch(IReadOnlyList<ObjectiveSet> sets, string? name)
    {
        var plan = new RunPlan(Shape, Normalization, sets.Sum(set => set.Count))
        {
            ReferenceInputs = ReferenceInputs,
            Dropout = Dropout,
            Batch = name,
            Flows = Through,
        };
        return new ObjectiveBatch(sets, plan, Variant.Derivative, Live, Strategy, WantsInputGradients);
    }
}
