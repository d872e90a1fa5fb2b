using GradService.Domain.Findings;

namespace GradService.Domain.Objectives.Rules;

/// <summary>The function that is trained is not the one that mode eval will give, or its gradient is not.</summary>
internal static class EvalDiffers
{
    public static FindingRule Rule { get; } = FindingRule.For<ObjectiveEvidence>("eval-differs", Severity.Info, EvidenceKinds.None, Examine);

    private static string? Examine(ObjectiveEvidence evidence) => evidence.Eval switch
    {
        { IsSame: false } eval => OtherValues(eval),
        { Held: { RelativeDifference: > 1e-3 } held } => "Mode eval, with the running statistics after this call, gives the same outputs, "
            + $"but not the same parameter gradient: it holds the statistics constant. Beside it {held.Words}.",
        _ => null,
    };

    private static string OtherValues(EvalEvidence eval) => "Mode eval, with the running statistics after this call, gives another function: "
        + (eval.Size > 0
            ? $"outputs differ by {Words.Percent(eval.Difference / eval.Size)} (root mean square). "
                + $"{Words.Percent(eval.Bessel / eval.Size)} comes of the running variance being unbiased where this mode divides by the biased one, "
                + $"a factor of 1 + 1/(2n) on each activation, n = {eval.Count}; "
                + $"{Words.Percent(eval.Lag / eval.Size)} of the running statistics lagging behind the parameters. "
            : "here all outputs are 0, there they are not. ")
        + "To keep the trained function, freeze the batch's statistics: give the reported mean and variance "
        + "as running_mean and running_var in network.parameters, and use mode eval.";
}
