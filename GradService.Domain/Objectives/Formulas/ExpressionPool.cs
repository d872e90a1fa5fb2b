using GradService.Domain.Faults;
using GradService.Domain.Objectives.Formulas.Operators;

namespace GradService.Domain.Objectives.Formulas;

/// <summary>
/// Makes expressions of which equal parts are one object, so that a derivative, in which most parts occur again and again, is about as large
/// as what it is of. Every walk over them is a walk over objects, each once.
/// </summary>
/// <param name="full">The error where there come to be more than <see cref="MaxExpressions"/>.</param>
internal sealed class ExpressionPool(Func<FaultException> full)
{
    /// <summary>Of distinct operations, names and numbers together.</summary>
    public const int MaxExpressions = 10_000;

    private readonly HashSet<Expression> _expressions = [];
    private readonly Dictionary<int, Dictionary<Expression, Expression>> _placed = [];
    private readonly Dictionary<int, Dictionary<Expression, Expression>> _slopes = [];

    /// <summary>How many there are.</summary>
    public int Count => _expressions.Count;

    public Expression Of(double number) => Kept(new Number(number));

    /// <summary>The function as it stands; between numbers it is a number.</summary>
    public Expression Of(Function function, params IReadOnlyList<Expression> operands) => Kept(function.Of([.. operands.Select(Kept)]));

    /// <summary>a + b, where that is no 0 and no number.</summary>
    public Expression Sum(Expression a, Expression b) => (a, b) switch
    {
        ({ IsZero: true }, _) => Kept(b),
        (_, { IsZero: true }) => Kept(a),
        (_, Call { Function: Negation } negative) => Difference(a, negative.Operands[0]),
        _ => Of(Operators.Sum.Instance, a, b),
    };

    public Expression Difference(Expression a, Expression b) => (a, b) switch
    {
        ({ IsZero: true }, _) => Negative(b),
        (_, { IsZero: true }) => Kept(a),
        (_, Call { Function: Negation } negative) => Sum(a, negative.Operands[0]),
        _ => Of(Operators.Difference.Instance, a, b),
    };

    /// <summary>a·b, where neither is 0, 1 or −1; a number stands first and meets the next at once.</summary>
    public Expression Product(Expression a, Expression b) => (a, b) switch
    {
        ({ IsZero: true }, _) or (_, { IsZero: true }) => Kept(Number.Zero),
        (Number { Value: 1 }, _) => Kept(b),
        (Number { Value: -1 }, _) => Negative(b),
        (not Number, Number) => Product(b, a),
        (Number number, Call { Function: Operators.Product, Operands: [Number next, var rest] }) => Product(Of(number.Value * next.Value), rest),
        _ => Of(Operators.Product.Instance, a, b),
    };

    public Expression Quotient(Expression a, Expression b) => (a, b) switch
    {
        ({ IsZero: true }, _) => Kept(Number.Zero),
        (_, Number { Value: 1 }) => Kept(a),
        _ => Of(Operators.Quotient.Instance, a, b),
    };

    public Expression Power(Expression a, Expression exponent) =>
        exponent is Number { Value: 1 } ? Kept(a) : Of(Operators.Power.Instance, a, exponent);

    public Expression Square(Expression a) => Power(a, Of(2));

    public Expression Negative(Expression a) => a is Call { Function: Negation } negative ? negative.Operands[0] : Of(Negation.Instance, a);

    /// <summary>An expression of another pool, on one of a term's point sets.</summary>
    public Expression Placed(Expression expression, int place)
    {
        var made = Remembered(_placed, place);
        foreach (var each in FormulaProgram.PostOrder(expression, made.ContainsKey))
        {
            made[each] = each switch
            {
                Call call => Kept(new Call(call.Function, [.. call.Operands.Select(operand => made[operand])])),
                Named name and not Unknown => Kept(name with { Place = place }),
                _ => Kept(each),
            };
        }

        return made[expression];
    }

    /// <summary>The derivative by a variable, by the rules of calculus.</summary>
    /// <param name="expression">What is differentiated; of this pool.</param>
    /// <param name="variable">The variable's index.</param>
    /// <param name="refuse">The error where a name has no derivative: data, or an output's derivative of the highest order.</param>
    public Expression Slope(Expression expression, int variable, Func<Named, FaultException> refuse)
    {
        var slopes = Remembered(_slopes, variable);
        foreach (var each in FormulaProgram.PostOrder(expression, slopes.ContainsKey))
        {
            var slope = each switch
            {
                Variable own => own.Index == variable ? Number.One : Number.Zero,
                Output output => new Derivative(new DerivativeIndex(output.Index, variable)) { Place = output.Place },
                Derivative { Index.Order: < Formula.MaxOrder } lower =>
                    new Derivative(new DerivativeIndex(lower.Index.Output, [.. lower.Index.Variables, variable])) { Place = lower.Place },
                Derivative or Column or Target => throw refuse((Named)each),
                Call call when call.Operands.Any(operand => !slopes[operand].IsZero) =>
                    call.Function.Slope(this, call, [.. call.Operands.Select(operand => slopes[operand])]),
                _ => Number.Zero,
            };
            slopes[each] = Kept(slope);
        }

        return slopes[expression];
    }

    /// <summary>The one object that stands for all that are equal to it.</summary>
    public Expression Kept(Expression expression)
    {
        if (_expressions.TryGetValue(expression, out var kept))
        {
            return kept;
        }

        return _expressions.Count < MaxExpressions && _expressions.Add(expression) ? expression : throw full();
    }

    private static Dictionary<Expression, Expression> Remembered(Dictionary<int, Dictionary<Expression, Expression>> all, int key)
    {
        if (!all.TryGetValue(key, out var made))
        {
            all[key] = made = new Dictionary<Expression, Expression>(ReferenceEqualityComparer.Instance);
        }

        return made;
    }
}
