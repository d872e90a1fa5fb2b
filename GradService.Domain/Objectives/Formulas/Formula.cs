using GradService.Domain.Faults;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas;

/// <summary>
/// A residual such as <c>u_xx + pi^2*sin(pi*x)</c>: numbers, pi, e, variables, outputs, unknowns, fields, data, derivatives of outputs and
/// fields, target, + - * / ^ ( ) and functions of one or two arguments, where −x^2 = −(x^2) and ^ groups to the right.
/// </summary>
public sealed class Formula
{
    /// <summary>Of the text, in characters.</summary>
    public const int MaxLength = 2_000;

    /// <summary>Of nesting: parentheses and calls inside each other, signs in a row, exponents of exponents.</summary>
    public const int MaxDepth = 64;

    /// <summary>Of a derivative of an output, all its variables together.</summary>
    public const int MaxOrder = 4;

    private readonly FormulaProgram _program;

    private Formula(string text, FormulaText read)
    {
        Text = text;
        _program = new FormulaProgram(read.Root);
        Leaves = [.. read.Named.Concat(_program.Expressions).OfType<Named>().Where(name => name is not FieldName).Distinct()];
        Derivatives = [.. Leaves.OfType<Derivative>().Select(derivative => derivative.Index).Distinct()];
        UsesOutputs = Leaves.OfType<Output>().Any();
        UsesTarget = Leaves.OfType<Target>().Any();
        DifferentiatesField = read.DifferentiatesField;
        WrittenOut = read.WrittenOut;
        HasCorners = _program.HasCorners;
    }

    public string Text { get; }

    /// <summary>The derivatives of outputs that occur, each once.</summary>
    public IReadOnlyCollection<DerivativeIndex> Derivatives { get; }

    /// <summary>Whether an output itself occurs, not only derivatives of it.</summary>
    public bool UsesOutputs { get; }

    public bool UsesTarget { get; }

    /// <summary>Whether the derivative of a field occurs, in it or in a field that it uses.</summary>
    public bool DifferentiatesField { get; }

    /// <summary>Distinct operations, names and numbers that writing out fields and their derivatives made; 0 where it uses none.</summary>
    public int WrittenOut { get; }

    /// <summary>The number of tensors [n] that evaluating makes.</summary>
    public int Operations => Math.Max(1, _program.Operations);

    /// <summary>How many tensors [n] of its making are alive at once at most while it is evaluated, the values among them.</summary>
    public int Alive => Math.Max(1, _program.Alive);

    /// <summary>How many tensors [n] of its making a graph of derivatives keeps at most, beside the values.</summary>
    public int Kept => _program.Kept;

    /// <summary>How long evaluating and differentiating takes, in additions of as many numbers.</summary>
    public int Additions => Math.Max(1, _program.Additions);

    /// <summary>What it reads at a point, each name once on each set of the term: names that are written, and those that fields bring.</summary>
    internal IReadOnlyList<Named> Leaves { get; }

    /// <summary>Whether a derivative with respect to the network or an unknown jumps somewhere, or has no bound.</summary>
    internal bool HasCorners { get; }

    /// <summary>Reads a formula. Length, depth and order are bounded before anything is built.</summary>
    /// <exception cref="FaultException">It is none, or is beyond a limit; the fault names the position, from 1, and what was expected there.</exception>
    public static Formula Parse(string text, FormulaNames names, string path) => new(text, new FormulaReader(text, names, path).Read());

    /// <summary>Reads a field.</summary>
    /// <param name="name">The field's name.</param>
    /// <param name="text">Its formula.</param>
    /// <param name="names">What it may use; of fields the earlier ones.</param>
    /// <param name="path">Where it stands in the request.</param>
    /// <inheritdoc cref="Parse" path="/exception"/>
    public static FormulaField ParseField(string name, string text, FormulaNames names, string path)
    {
        var read = new FormulaReader(text, names with { IsField = true }, path).Read();
        return new FormulaField(name, read);
    }

    /// <summary>
    /// The formula's values, [n], differentiable with respect to whatever the given values hang on. They belong to the caller's dispose scope; a formula
    /// that is a single name of values [n] gives the very tensor that it was given.
    /// </summary>
    internal Tensor Evaluate(IFormulaValues values) => _program.Root switch
    {
        Number number => number.Filled([values.Count], values),
        { IsScalar: true } => _program.Evaluate(values).expand(values.Count),
        _ => _program.Evaluate(values),
    };

    /// <summary>The formula operation by operation; the tensors belong to the caller's dispose scope.</summary>
    internal FormulaStep Trace(IFormulaValues values) => FormulaStep.Of(_program, values);
}
