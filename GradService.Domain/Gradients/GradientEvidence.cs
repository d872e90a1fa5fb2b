using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Runs;

namespace GradService.Domain.Gradients;

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
