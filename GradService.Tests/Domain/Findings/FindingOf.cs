using GradService.Domain.Findings;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Objectives;
using GradService.Tests.Laws;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Findings;

/// <summary>What an answer says of itself.</summary>
internal static class FindingOf
{
    /// <summary>The finding of that code; null where there is none. None is reported twice.</summary>
    public static Finding? Finding(this GradientResult answer, string code) => answer.Diagnostics.Findings.SingleOrDefault(finding => finding.Code == code);

    /// <inheritdoc cref="Finding(GradientResult, string)"/>
    public static Finding? Finding(this ObjectiveResult answer, string code) => answer.Diagnostics.Findings.SingleOrDefault(finding => finding.Code == code);

    public static Finding? Finding(this Problem problem, string code, Question question, bool finiteDifferences = false) =>
        problem.Answer(question, finiteDifferences).Finding(code);

    /// <summary>Three significant digits, as findings write numbers.</summary>
    public static string Digits(double number) => number.ToString("G3", System.Globalization.CultureInfo.InvariantCulture);
}
