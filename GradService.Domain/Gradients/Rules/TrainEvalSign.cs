using GradService.Domain.Findings;

namespace GradService.Domain.Gradients.Rules;

/// <summary>Which way a step along the sign of the gradient goes, as FGSM and its like take it, depends on the mode.</summary>
internal static class TrainEvalSign
{
    public static FindingRule Rule { get; } = FindingRule.For<GradientEvidence>("train-eval-sign", Severity.Info, EvidenceKinds.Signs, Examine);

    private static string Examine(GradientEvidence evidence)
    {
        var signs = evidence.Signs!;
        var leftOut = string.Concat(signs.LeftOut.Select(reason => $" {reason}"));
        if (signs.Pairs.Count == 0)
        {
            return leftOut.Length > 0
                ? $"The signs of the gradient cannot be compared between modes.{leftOut}"
                : "0% of the gradient's entries change their sign between the modes train, trainDetached and eval: no BatchNorm layer takes the mode of the "
                    + "request, so that the modes do not matter.";
        }

        var uncounted = signs.Pairs.Any(pair => pair.Compared < signs.Entries)
            ? " Entries that are zero or below rounding in one of the two modes have no sign there, and are not counted." : "";
        return $"Of the gradient's {signs.Entries} entries, {string.Join("; ", signs.Pairs.Select(Words))}. {Meaning(signs)}{uncounted}{leftOut}";
    }

    private static string Words(SignPair pair)
    {
        var modes = $"between {pair.First.Name} and {pair.Second.Name}";
        return pair.Compared == 0 ? $"none has a sign to compare {modes}"
            : $"{Findings.Words.Percent((double)pair.Changed / pair.Compared)} change their sign {modes} ({pair.Changed} of {pair.Compared})";
    }

    private static string Meaning(SignEvidence signs) => signs.Pairs.Any(pair => pair.Changed > 0)
        ? "A step along the sign of the gradient, as FGSM takes it, goes the other way in the entries that change: take the gradient in the mode in which the "
            + "outputs are judged, which for a network in use is eval."
        : signs.Pairs.Any(pair => pair.Compared > 0) ? "A step along the sign of the gradient, as FGSM takes it, is the same in these modes."
        : "A step along the sign of this gradient, as FGSM takes it, follows rounding noise in one of the two modes.";
}
