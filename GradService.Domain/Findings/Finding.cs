

namespace GradService.Domain.Findings;

/// <summary>Something that explains a result: the numbers, and what to do.</summary>
/// <param name="Code">Stable name: "sum-gradient-vanishes".</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Message">A sentence or two for a person.</param>
public sealed record Finding(string Code, Severity Severity, string Message);

/// <summary>How much a finding matters.</summary>
public enum Severity
{
    /// <summary>Explains.</summary>
    Info,

    /// <summary>The numbers are probably not what was wanted.</summary>
    Warning,

    /// <summary>The numbers cannot be used.</summary>
    Error,
}

/// <summary>When a finding holds: a pure function of evidence that it declares. It computes no gradient and touches no tensor.</summary>
/// <param name="Code">The finding's stable name.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Needs">Evidence beyond what every answer brings; the rule is asked only where all of it could be had.</param>
/// <param name="Examine">The message, null where the finding does not hold.</param>
internal sealed record FindingRule(string Code, Severity Severity, EvidenceKinds Needs, Func<Evidence, string?> Examine)
{
    /// <summary>A rule about one kind of answer.</summary>
    public static FindingRule For<TEvidence>(string code, Severity severity, EvidenceKinds needs, Func<TEvidence, string?> examine)
        where TEvidence : Evidence => new(code, severity, needs, evidence => evidence is TEvidence own ? examine(own) : null);

    /// <summary>What holds of the evidence, in the order of the rules.</summary>
    public static IReadOnlyList<Finding> Apply(IReadOnlyList<FindingRule> rules, Evidence evidence) =>
        [.. rules.Where(rule => evidence.Has(rule.Needs))
            .Select(rule => (Rule: rule, Message: rule.Examine(evidence)))
            .Where(found => found.Message is not null)
            .Select(found => new Finding(found.Rule.Code, found.Rule.Severity, found.Message!))];
}
