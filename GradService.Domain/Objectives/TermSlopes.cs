using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>How a loss moves with the operations of a term's formula.</summary>
internal static class TermSlopes
{
    /// <summary>Points at which a formula is looked at at once: all its operations are kept.</summary>
    public const long PointsAtOnce = 1 << 10;

    /// <summary>With the value of each operation and name that reads the network, [n] each.</summary>
    /// <param name="formula">The formula at those points.</param>
    /// <param name="term">The term, with its residuals.</param>
    /// <param name="from">The first of the points.</param>
    /// <param name="count">How many.</param>
    public static IEnumerable<(FormulaStep Step, Tensor Slope)> Of(FormulaStep formula, TermValue term, long from, long count) =>
        formula.Expression.ReadsNetwork ? formula.Slopes(Root(term, from, count)) : [];

    /// <summary>With the residual itself.</summary>
    public static Tensor Root(TermValue term, long from, long count)
    {
        var residuals = term.Residuals.Rows(from, count);
        return term.Term.Slope(residuals.ToTensor(residuals.Dtype), from, term.Residuals);
    }
}
