using GradService.Domain.Differentiation;
using GradService.Domain.Differentiation.Questions;
using GradService.Domain.Forward;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Normalization;

namespace GradService.Domain.Diagnostics;

/// <summary>Evidence that costs something and is gathered only where a rule needs it.</summary>
[Flags]
internal enum EvidenceKinds
{
    None = 0,

    /// <summary>The same answer with all statistics held constant.</summary>
    Detached = 1,

    /// <summary>The share of the Jacobian that couples samples.</summary>
    CouplingShare = 2,

    /// <summary>The answer checked by finite differences.</summary>
    FiniteDifferences = 4,
}

/// <summary>What is known of an answer: all that a finding may read.</summary>
internal abstract record Evidence
{
    public required Dtype Dtype { get; init; }

    /// <summary>The BatchNorm layers, in forward order.</summary>
    public required IReadOnlyList<LayerEvidence> Layers { get; init; }

    public FiniteDifferenceOutcome? FiniteDifferences { get; init; }

    /// <summary>NaN and infinities, counted once: answers may be large.</summary>
    public NonFiniteCounts NonFinite => field ??= new NonFiniteCounts(
        [.. Numbers.Select(part => (part.Name, part.Arrays.Sum(array => array.CountNonFinite()), part.Arrays.Sum(array => (long)array.Count)))],
        Layers.Sum(layer => layer.Report.Mean.CountNonFinite() + layer.Report.Variance.CountNonFinite()
            + (layer.Report.RunningMean?.CountNonFinite() ?? 0) + (layer.Report.RunningVariance?.CountNonFinite() ?? 0)));

    /// <summary>The numbers of the answer, by what they are.</summary>
    protected abstract IEnumerable<(string Name, IEnumerable<NdArray> Arrays)> Numbers { get; }

    public virtual bool Has(EvidenceKinds kinds) => !kinds.HasFlag(EvidenceKinds.FiniteDifferences) || FiniteDifferences is not null;
}

/// <summary>What is known of a gradient with respect to the inputs.</summary>
internal sealed record GradientEvidence : Evidence
{
    public required Question Question { get; init; }

    public required ProblemSize Size { get; init; }

    /// <summary>[N, M…].</summary>
    public required NdArray Outputs { get; init; }

    public required Answer Answer { get; init; }

    /// <summary>The same answer with all statistics held constant.</summary>
    public DetachedEvidence? Detached { get; init; }

    protected override IEnumerable<(string Name, IEnumerable<NdArray> Arrays)> Numbers => [("outputs", [Outputs]), ("gradient entries", Answer.Arrays)];

    public override bool Has(EvidenceKinds kinds) => base.Has(kinds)
        && (!kinds.HasFlag(EvidenceKinds.Detached) || Detached is not null)
        && (!kinds.HasFlag(EvidenceKinds.CouplingShare) || Answer.Coupling is not null);
}

/// <summary>How many numbers are NaN or infinite, and where.</summary>
/// <param name="Parts">The parts of the answer: how many there, of how many.</param>
/// <param name="Statistics">How many of the BatchNorm statistics.</param>
internal sealed record NonFiniteCounts(IReadOnlyList<(string Name, int Count, long Of)> Parts, int Statistics)
{
    public int Total => Parts.Sum(part => part.Count) + Statistics;
}

/// <summary>A BatchNorm layer as the answer met it.</summary>
/// <param name="Site">The layer and its mode.</param>
/// <param name="Report">Its statistics as reported.</param>
/// <param name="Before">Running statistics before this call; null where the layer keeps none.</param>
/// <param name="StatisticsSamples">How many samples its statistics were taken over; null where they come from elsewhere.</param>
/// <param name="Batch">The batch that it met, where there are several.</param>
internal sealed record LayerEvidence(NormalizationSite Site, BatchNormLayerReport Report, RunningValues? Before, long? StatisticsSamples, string? Batch = null)
{
    /// <param name="tap">The layer as a pass met it.</param>
    /// <param name="network">The network, with its running statistics before.</param>
    /// <param name="samples">How many samples its statistics were taken over; null where they come from elsewhere.</param>
    /// <param name="batch">The batch that it met, where there are several.</param>
    public static LayerEvidence Of(NormalizationTap tap, Network network, long? samples, string? batch = null)
    {
        var node = tap.Site.Node;
        var before = tap.Site.Layer.TrackRunningStats
            ? new RunningValues(network[node, "running_mean"].ToNdArray(), network[node, "running_var"].ToNdArray(), network[node, "num_batches_tracked"].ToDoubles()[0])
            : null;
        return new LayerEvidence(tap.Site, BatchNormLayerReport.Of(tap), before, samples, batch);
    }

    public string Name => Batch is null ? Report.Name : $"{Report.Name} on '{Batch}'";
}

/// <summary>Running statistics in managed memory.</summary>
internal sealed record RunningValues(NdArray Mean, NdArray Variance, double BatchesTracked);
