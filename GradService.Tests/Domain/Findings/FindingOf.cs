using GradService.Domain.Catalog;
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
    private static readonly GradientService Dense = DomainServices.Gradients();

    private static readonly GradientService Tensors = DomainServices.Gradients(engine: new EngineOptions { Dense = false });

    /// <summary>The finding of that code; null where there is none. None is reported twice.</summary>
    public static Finding? Finding(this GradientResult answer, string code) => answer.Diagnostics.Findings.SingleOrDefault(finding => finding.Code == code);

    /// <inheritdoc cref="Finding(GradientResult, string)"/>
    public static Finding? Finding(this ObjectiveResult answer, string code) => answer.Diagnostics.Findings.SingleOrDefault(finding => finding.Code == code);

    public static Finding? Finding(this Problem problem, string code, Question question, bool finiteDifferences = false) =>
        problem.Answer(question, finiteDifferences).Finding(code);

    /// <summary>The answer of one engine: "dense", or "tensor" for networks that the other could take as well.</summary>
    public static GradientResult AnswerBy(this Problem problem, string engine, Question question)
    {
        var answer = (engine == "tensor" ? Tensors : Dense).Differentiate(problem.Ask(question), CancellationToken.None);
        Assert.Equal(engine, answer.Diagnostics.Engine.Name);
        return answer;
    }

    /// <summary>Three significant digits, as findings write numbers.</summary>
    public static string Digits(double number) => number.ToString("G3", System.Globalization.CultureInfo.InvariantCulture);
}
