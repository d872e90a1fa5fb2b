using GradService.Domain.Faults;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas;

/// <summary>
/// A residual such as <c>u_xx + pi^2*sin(pi*x)</c>: numbers, pi, variables, outputs, derivatives of outputs, target, + - * / ^ ( ) and
/// functions of one argument, where −x^2 = −(x^2) and ^ groups to the right.
/// </summary>
public sealed class Formula
{
    /// <summary>Of the text, in characters.</summary>
    public const int MaxLength = 2_000;

    /// <summary>Of nesting: parentheses and calls inside each other, signs in a row, exponents of exponents.</summary>
    public const int MaxDepth = 64;

    /// <summary>Of a derivative, all its variables together.</summary>
    public const int MaxOrder = 4;

    private readonly Expression _root;

    private Formula(string text, Expression root, IReadOnlyList<Expression> named)
    {
        Text = text;
        _root = root;
        Derivatives = [.. named.OfType<Derivative>().Select(derivative => derivative.Index).Distinct()];
        UsesOutputs = named.OfType<Output>().Any();
        UsesTarget = named.OfType<Target>().Any();
        HasCorners = AnyCorner(root);
    }

    public string Text { get; }

    /// <summary>The derivatives that occur, each once.</summary>
    public IReadOnlyCollection<DerivativeIndex> Derivatives { get; }

    /// <summary>Whether an output itself occurs, not only derivatives of it.</summary>
    public bool UsesOutputs { get; }

    public bool UsesTarget { get; }

    /// <summary>The number of tensors [n] that evaluating makes.</summary>
    public int Operations => Math.Max(1, _root.Operations);

    /// <summary>How many tensors [n] of its making are alive at once at most while it is evaluated, the values among them.</summary>
    public int Alive => Math.Max(1, _root.Alive);

    /// <summary>How many tensors [n] of its making a graph of derivatives keeps at most, beside the values.</summary>
    public int Kept => _root.Kept;

    /// <summary>How long evaluating and differentiating takes, in additions of as many numbers.</summary>
    public int Additions => Math.Max(1, _root.Additions);

    /// <summary>Reads a formula. Length, depth and order are bounded before anything is built.</summary>
    /// <exception cref="FaultException">It is none, or is beyond a limit; the fault names the position, from 1, and what was expected there.</exception>
    public static Formula Parse(string text, FormulaNames names, string path)
    {
        var (root, named) = new FormulaReader(text, names, path).Read();
        return new Formula(text, root, named);
    }

    /// <summary>
    /// The formula's values, [n], differentiable with respect to whatever the given values hang on. They belong to the caller's dispose scope; a formula
    /// that is a single name gives the very tensor that it was given.
    /// </summary>
    internal Tensor Evaluate(IFormulaValues values) => _root is Number number ? number.Filled([values.Count], values) : _root.Evaluate(values);

    /// <summary>Whether a derivative with respect to the network jumps somewhere, or has no bound.</summary>
    internal bool HasCorners { get; }

    /// <summary>The formula operation by operation; the tensors belong to the caller's dispose scope.</summary>
    internal FormulaStep Trace(IFormulaValues values) => FormulaStep.Of(_root, values);

    private static bool AnyCorner(Expression expression) =>
        (expression.HasCornerAtZero && expression.ReadsNetwork) || expression.Operands.Any(AnyCorner);
}
