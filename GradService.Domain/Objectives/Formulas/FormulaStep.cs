using GradService.Domain.Native;
using GradService.Domain.Runs.Torch;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas;

/// <summary>
/// A node of a formula with what it came to at some points, and those below it: for looking at a formula where something is wrong with its
/// value or its derivative. By the same operations in the same precision as the formula itself, so that it finds what happened there. What
/// is common to several parts of a formula is one step.
/// </summary>
/// <param name="expression">The node.</param>
/// <param name="value">[n], of a scalar [].</param>
/// <param name="operands">What it was made of.</param>
internal sealed class FormulaStep(Expression expression, Tensor value, IReadOnlyList<FormulaStep> operands)
{
    public Expression Expression { get; } = expression;

    /// <summary>[n], of a number or an unknown []; it belongs to the scope in which the formula was looked at.</summary>
    public Tensor Value { get; } = value;

    /// <summary>What it was made of.</summary>
    public IReadOnlyList<FormulaStep> Operands { get; } = operands;

    public static FormulaStep Of(FormulaProgram program, IFormulaValues values)
    {
        using var constants = no_grad();
        var steps = new Dictionary<Expression, FormulaStep>(ReferenceEqualityComparer.Instance);
        foreach (var expression in program.Expressions)
        {
            var operands = expression.Operands.Select(operand => steps[operand]).ToList();
            steps[expression] = new FormulaStep(
                expression, FormulaProgram.Value(expression, [.. operands.Select(operand => operand.Value)], values), operands);
        }

        return steps[program.Root];
    }

    /// <summary>This and all below it, each once, what is made first standing first.</summary>
    public IReadOnlyList<FormulaStep> Upwards => Ordered(operands => operands);

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
        foreach (var (step, own, back) in Downwards(slope))
        {
            if (IsFinite(own) && back.Any(pair => !IsFinite(pair.Slope)))
            {
                return (step, own);
            }
        }

        return null;
    }

    /// <summary>How the loss moves with the value of each step that reads what is trained, this first.</summary>
    /// <param name="slope">How it moves with this one's, [n].</param>
    public IEnumerable<(FormulaStep Step, Tensor Slope)> Slopes(Tensor slope) => Downwards(slope).Select(way => (way.Step, way.Slope));

    /// <summary>How the loss moves with the operands that read what is trained.</summary>
    public IReadOnlyList<(FormulaStep Operand, Tensor Slope)> Back(Tensor slope)
    {
        if (Expression is not Call call)
        {
            return [];
        }

        var leaves = Operands.Distinct().ToDictionary(
            operand => operand, operand => operand.Expression.ReadsNetwork ? TorchRun.Leaf(operand.Value) : operand.Value);
        var moving = leaves.Keys.Where(operand => operand.Expression.ReadsNetwork).ToList();
        if (moving.Count == 0)
        {
            return [];
        }

        var result = call.Function.OfTensors([.. Operands.Select(operand => leaves[operand])]);

        // Where the function's derivative is 0 everywhere nothing is sent back, not even 0, which times what is not finite would be NaN.
        return !result.requires_grad ? [] : [.. moving.Zip(Autograd.VectorJacobianProducts([(result, slope)], [.. moving.Select(operand => leaves[operand])]))];
    }

    /// <summary>The points at which its function has a corner, or no derivative.</summary>
    public IEnumerable<int> Corners()
    {
        if (Expression is not Call { ReadsNetwork: true, Function.Corner: { } corner })
        {
            yield break;
        }

        var operands = Operands.Select(operand => operand.Value.ToDoubles()).ToList();
        var (points, here) = (operands.Max(values => values.Length), new double[operands.Count]);
        for (var at = 0; at < points; at++)
        {
            for (var operand = 0; operand < here.Length; operand++)
            {
                here[operand] = operands[operand][operands[operand].Length == 1 ? 0 : at];
            }

            if (corner.At(here))
            {
                yield return at;
            }
        }
    }

    public static bool IsFinite(Tensor values) => values.ToNdArray().FirstNonFinite() < 0;

    /// <summary>
    /// Each step that the loss moves with, with its slope, all that is made of it having been before, and what it sends back. In a tree:
    /// what is left before what is right, and what is below before either.
    /// </summary>
    private IEnumerable<(FormulaStep Step, Tensor Slope, IReadOnlyList<(FormulaStep Operand, Tensor Slope)> Back)> Downwards(Tensor slope)
    {
        // Of a scalar all points are made.
        var slopes = new Dictionary<FormulaStep, Tensor> { [this] = slope.shape.Length > Value.shape.Length ? slope.SumOver([0]) : slope };
        foreach (var step in Ordered(operands => operands.Reverse()).AsEnumerable().Reverse().Where(slopes.ContainsKey))
        {
            var back = step.Back(slopes[step]);
            foreach (var (operand, more) in back)
            {
                slopes[operand] = slopes.TryGetValue(operand, out var before) ? before.Plus(more) : more;
            }

            yield return (step, slopes[step], back);
        }
    }

    private List<FormulaStep> Ordered(Func<IReadOnlyList<FormulaStep>, IEnumerable<FormulaStep>> operands)
    {
        // A loop, as formulas with fields may be nested thousandfold.
        var (order, opened, open) = (new List<FormulaStep>(), new HashSet<FormulaStep>(), new Stack<(FormulaStep Step, IEnumerator<FormulaStep> Below)>());
        Open(this);
        while (open.TryPeek(out var top))
        {
            if (top.Below.MoveNext())
            {
                Open(top.Below.Current);
            }
            else
            {
                order.Add(open.Pop().Step);
            }
        }

        return order;

        void Open(FormulaStep step)
        {
            if (opened.Add(step))
            {
                open.Push((step, operands(step.Operands).GetEnumerator()));
            }
        }
    }
}
