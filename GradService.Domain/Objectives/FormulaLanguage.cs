using GradService.Domain.Objectives.Formulas;

namespace GradService.Domain.Objectives;

/// <summary>What formulas are made of, for whoever describes them.</summary>
public static class FormulaLanguage
{
    /// <summary>The functions of one argument.</summary>
    public static IReadOnlyList<string> Functions { get; } = OfArity(1);

    /// <summary>The functions of two arguments.</summary>
    public static IReadOnlyList<string> FunctionsOfTwo { get; } = OfArity(2);

    private static IReadOnlyList<string> OfArity(int arity) => [.. Function.ByName.Values.Where(each => each.Arity == arity).Select(each => each.Name)];
}
