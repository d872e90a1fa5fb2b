using GradService.Domain.Native;
using GradService.Domain.Runs.Torch;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas;

/// <summary>
/// A node of a formula with what it came to at some points, and those below it: for looking at a formula where something is wrong with its
/// value or its derivative. By the same operations in the same precision as the formula itself, so that it finds what happened there.
/// </summary>
/// <param name="expression">The node.</param>
/// <param name="value">[n], of a number [].</param>
/// <param name="operands">What it was made of.</param>
internal sealed class FormulaStep(Expression expression, Tensor value, IReadOnlyList<FormulaStep> operands)
{
    public Expression Expression { get; } = expression;

    /// <summary>[n], of a number []; it belongs to the scope in which the formula was looked at.</summary>
    public Tensor Value { get; } = value;

    /// <summary>What it was made of.</summary>
    public IReadOnlyList<FormulaStep> Operands { get; } = operands;

    public static FormulaStep Of(Expression expression, IFormulaValues values)
    {
        using var constants = no_grad();
        return Under(expression, values);
    }

    /// <summary>This and all below it, what is made first standing first.</summary>
    public IEnumerable<FormulaStep> Upwards => Operands.SelectMany(operand => operand.Upwards).Append(this);

    /// <summary>The names below it, each once.</summary>
    public IEnumerable<FormulaStep> Names => Upwards.Where(step => step.Expression is Named).DistinctBy(step => step.Expression);

    /// <summary>The first operation that made something which is not finite of what is, or a number that is not; null where there is none.</summary>
    public FormulaStep? FirstNonFinite() =>
        Upwards.FirstOrDefault(step => step.Expression is not Named && !IsFinite(step.Value) && step.Operands.All(operand => IsFinite(operand.Value)));

    /// <summary>
    /// The first operation on the way back whose operand gets a slope which is not finite of one that is, and that one; null where none does.
    /// </summary>
    /// <param name="slope">How the loss moves with this step's value, [n].</param>
    public (FormulaStep Step, Tensor Slope)? FirstNonFiniteSlope(Tensor slope)
    {
        foreach (var (operand, back) in Back(slope))
        {
            if (!IsFinite(back))
            {
                return (this, slope);
            }

            if (operand.FirstNonFiniteSlope(back) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>How the loss moves with the value of each step that reads the network, this first.</summary>
    /// <param name="slope">How it moves with this one's, [n].</param>
    public IEnumerable<(FormulaStep Step, Tensor Slope)> Slopes(Tensor slope) =>
        Back(slope).SelectMany(pair => pair.Operand.Slopes(pair.Slope)).Prepend((this, slope));

    /// <summary>How the loss moves with the operands that read the network.</summary>
    public IReadOnlyList<(FormulaStep Operand, Tensor Slope)> Back(Tensor slope)
    {
        var leaves = Operands.Select(operand => operand.Expression.ReadsNetwork ? TorchRun.Leaf(operand.Value) : operand.Value).ToList();
        var moving = Operands.Zip(leaves).Where(pair => pair.First.Expression.ReadsNetwork).ToList();
        if (moving.Count == 0)
        {
            return [];
        }

        var back = Autograd.VectorJacobianProducts([(Expression.Of(leaves), slope)], [.. moving.Select(pair => pair.Second)]);
        return [.. moving.Select(pair => pair.First).Zip(back)];
    }

    public static bool IsFinite(Tensor values) => values.ToNdArray().FirstNonFinite() < 0;

    private static FormulaStep Under(Expression expression, IFormulaValues values)
    {
        var operands = expression.Operands.Select(operand => Under(operand, values)).ToList();
        var value = operands.Count == 0 ? expression.Evaluate(values) : expression.Of([.. operands.Select(operand => operand.Value)]);
        return new FormulaStep(expression, value, operands);
    }
}
