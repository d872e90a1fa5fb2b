using GradService.Domain.Arrays;
using GradService.Domain.Networks;
using GradService.Domain.Runs;

namespace GradService.Domain.Findings;

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

    /// <summary>The signs of the answer under several modes.</summary>
    Signs = 8,
}

/// <summary>What is known of an answer: all that a finding may read.</summary>
internal abstract record Evidence
{
    public required Dtype Dtype { get; init; }

    /// <summary>The BatchNorm layers, in forward order.</summary>
    public required IReadOnlyList<LayerTrace> Layers { get; init; }

    /// <summary>Derivatives that are zero at all samples or points, but for those of which another finding speaks.</summary>
    public virtual IEnumerable<DerivativeEvidence> Vanishing => [];

    /// <summary>The mode whose derivatives are the slopes of the curve.</summary>
    public virtual string Slope => "mode trainDetached";

    /// <summary>The network as the request has it.</summary>
    public required NetworkSource Network { get; init; }

    public FiniteDifferenceOutcome? FiniteDifferences { get; init; }

    /// <summary>Where numbers that are not finite come from; looked for only where there are any.</summary>
    public NonFiniteOrigin? Origin { get; init; }

    /// <summary>Points at which the answer's function has a corner, as far as they were looked for.</summary>
    public IReadOnlyList<Corner> Corners { get; init; } = [];

    /// <summary>NaN and infinities, counted once: answers may be large.</summary>
    public NonFiniteCounts NonFinite => field ??= new NonFiniteCounts(
        [.. Numbers.Select(part => (part.Name, part.Arrays.Sum(array => array.CountNonFinite()), part.Arrays.Sum(array => (long)array.Count)))],
        Layers.Sum(layer => CountNonFinite(layer.Used) + (layer.After is { } after ? CountNonFinite(after.Values) : 0)));

    private static int CountNonFinite(ChannelValues values) => values.Mean.CountNonFinite() + values.Variance.CountNonFinite();

    /// <summary>The numbers of the answer, by what they are.</summary>
    protected abstract IEnumerable<(string Name, IEnumerable<NdArray> Arrays)> Numbers { get; }

    public virtual bool Has(EvidenceKinds kinds) => !kinds.HasFlag(EvidenceKinds.FiniteDifferences) || FiniteDifferences is not null;
}

/// <summary>How many numbers are NaN or infinite, and where.</summary>
/// <param name="Parts">The parts of the answer: how many there, of how many.</param>
/// <param name="Statistics">How many of the BatchNorm statistics.</param>
internal sealed record NonFiniteCounts(IReadOnlyList<(string Name, int Count, long Of)> Parts, int Statistics)
{
    public int Total => Parts.Sum(part => part.Count) + Statistics;
}
