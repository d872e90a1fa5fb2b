using GradService.Domain.Objectives.Formulas;

namespace GradService.Domain.Objectives;

/// <summary>What formulas are made of, for whoever describes them.</summary>
public static class FormulaLanguage
{
    /// <summary>The functions of one argument.</summary>
    public static IReadOnlyList<string> Functions { get; } = [.. Function.ByName.Keys];
}
