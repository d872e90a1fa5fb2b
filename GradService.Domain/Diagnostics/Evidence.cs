using GradService.Domain.Differentiation;
using GradService.Domain.Differentiation.Questions;
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
internal sealed record Evidence
{
    public required Question Question { get; init; }

    public required ProblemSize Size { get; init; }

    public required Dtype Dtype { get; init; }

    /// <summary>[N, M…].</summary>
    public required NdArray Outputs { get; init; }

    public required Answer Answer { get; init; }

    /// <summary>The BatchNorm layers, in forward order.</summary>
    public required IReadOnlyList<LayerEvidence> Layers { get; init; }

    /// <summary>The same answer with all statistics held constant.</summary>
    public DetachedEvidence? Detached { get; init; }

    public FiniteDifferenceOutcome? FiniteDifferences { get; init; }

    /// <summary>NaN and infinities, counted once: answers may be large.</summary>
    public NonFiniteCounts NonFinite => field ??= new NonFiniteCounts(
        Outputs.CountNonFinite(),
        Answer.Arrays.Sum(array => array.CountNonFinite()),
        Layers.Sum(layer => layer.Report.Mean.CountNonFinite() + layer.Report.Variance.CountNonFinite()
            + (layer.Report.RunningMean?.CountNonFinite() ?? 0) + (layer.Report.RunningVariance?.CountNonFinite() ?? 0)));

    public bool Has(EvidenceKinds kinds) =>
        (!kinds.HasFlag(EvidenceKinds.Detached) || Detached is not null)
        && (!kinds.HasFlag(EvidenceKinds.CouplingShare) || Answer.Coupling is not null)
        && (!kinds.HasFlag(EvidenceKinds.FiniteDifferences) || FiniteDifferences is not null);
}

/// <summary>How many numbers are NaN or infinite, and where.</summary>
internal sealed record NonFiniteCounts(int Outputs, int Gradients, int Statistics)
{
    public int Total => Outputs + Gradients + Statistics;
}

/// <summary>A BatchNorm layer as the answer met it.</summary>
/// <param name="Site">The layer and its mode.</param>
/// <param name="Report">Its statistics as reported.</param>
/// <param name="Before">Running statistics before this call; null where the layer keeps none.</param>
/// <param name="StatisticsSamples">How many samples its statistics were taken over; null where they come from elsewhere.</param>
internal sealed record LayerEvidence(NormalizationSite Site, BatchNormLayerReport Report, RunningValues? Before, long? StatisticsSamples);

/// <summary>Running statistics in managed memory.</summary>
internal sealed record RunningValues(NdArray Mean, NdArray Variance, double BatchesTracked);
