using GradService.Domain.Findings;

namespace GradService.Domain.Objectives.Rules;

/// <summary>The function that is trained is not the one that mode eval will give.</summary>
internal static class EvalDiffers
{
    public static FindingRule Rule { get; } = FindingRule.For<ObjectiveEvidence>("eval-differs", Severity.Info, EvidenceKinds.None, Examine);

    private static string? Examine(ObjectiveEvidence evidence) => evidence.Eval is { Relative: > 1e-3 } eval
        ? "Mode eval, with the running statistics after this call, gives another function: outputs differ by "
            + $"{Words.Percent(eval.Relative)} (root mean square). "
            + $"{Words.Percent(eval.Bessel)} comes of the running variance being unbiased where this mode divides by the biased one, a factor of 1 + 1/(2n) on "
            + $"each activation, n = {eval.Count}; "
            + $"{Words.Percent(eval.Lag)} of the running statistics lagging behind the parameters. To keep the trained function, freeze the batch's "
            + "statistics: give the reported mean and variance "
            + "as running_mean and running_var in network.parameters, and use mode eval."
        : null;
}
