using GradService.Domain.Objectives.Formulas.Functions;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas;

/// <summary>A function or an operator of one or two operands: for numbers, for tensors, and its derivative.</summary>
/// <param name="Name">As formulas write it: "sqrt", "/".</param>
internal abstract record Function(string Name)
{
    /// <summary>The functions that a formula may call: to add one, write its file and name it here.</summary>
    public static IReadOnlyDictionary<string, Function> ByName { get; } = new Function[]
    {
        Sine.Instance, Cosine.Instance, Tangent.Instance, Exponential.Instance, Logarithm.Instance, SquareRoot.Instance, HyperbolicTangent.Instance,
        AbsoluteValue.Instance, HyperbolicSine.Instance, HyperbolicCosine.Instance, ArcTangent.Instance, ArcSine.Instance, ArcCosine.Instance,
        ErrorFunction.Instance, Sign.Instance, Step.Instance, Minimum.Instance, Maximum.Instance, ArcTangentOfTwo.Instance,
    }.ToDictionary(function => function.Name);

    /// <summary>Those whose names mean nothing else: the first ones. A later one is a function only before a parenthesis.</summary>
    public static IReadOnlyList<string> Reserved { get; } = ["sin", "cos", "tan", "exp", "log", "sqrt", "tanh", "abs"];

    /// <summary>The number of its operands.</summary>
    public abstract int Arity { get; }

    /// <summary>How long evaluating and differentiating takes, in additions of as many numbers.</summary>
    public virtual int Additions => 1;

    /// <summary>Where its derivative jumps or has no bound; null: nowhere.</summary>
    public virtual FunctionCorner? Corner => null;

    /// <summary>How many tensors [n] a graph of derivatives keeps at most, beside those that are names.</summary>
    /// <param name="made">How many of the operands are made, not named.</param>
    public abstract int Kept(int made);

    public abstract double OfNumbers(IReadOnlyList<double> operands);

    /// <summary>Its value; the operands are left as they are.</summary>
    public abstract Tensor OfTensors(IReadOnlyList<Tensor> operands);

    /// <summary>With its operands, as formulas write it: "sqrt(0)", "1/0".</summary>
    public virtual string Write(IReadOnlyList<string> operands) => $"{Name}({string.Join(", ", operands)})";

    /// <summary>Its derivative by something, from those of its operands, of which at least one is not 0.</summary>
    /// <param name="make">Makes expressions.</param>
    /// <param name="value">The function of the operands.</param>
    /// <param name="slopes">The operands' derivatives.</param>
    public abstract Expression Slope(ExpressionPool make, Call value, IReadOnlyList<Expression> slopes);

    /// <summary>The function of expressions; of numbers it is a number.</summary>
    public virtual Expression Of(params IReadOnlyList<Expression> operands) => operands switch
    {
        [Number a] => new Number(OfNumbers([a.Value])),
        [Number a, Number b] => new Number(OfNumbers([a.Value, b.Value])),
        _ => new Call(this, operands),
    };
}

/// <summary>Points at which a function's derivative jumps, or has no bound.</summary>
/// <param name="At">Whether operands are such a point.</param>
/// <param name="Words">What is said of them there, as the end of a sentence, by the function's name: "the argument of abs is exactly 0".</param>
/// <param name="Slope">What PyTorch gives as the slope there, where it gives one.</param>
internal sealed record FunctionCorner(Func<IReadOnlyList<double>, bool> At, Func<string, string> Words, string Slope = "0")
{
    public static FunctionCorner AtZero { get; } = new(operands => operands[0] == 0, name => $"the argument of {name} is exactly 0");

    public static FunctionCorner AtOne { get; } = new(operands => Math.Abs(operands[0]) == 1, name => $"the argument of {name} is exactly 1 or -1");

    public static FunctionCorner AtTies { get; } = new(
        operands => operands[0] == operands[1], name => $"what {name} chooses from is exactly equal", "half of each");
}

/// <summary>A function of one argument.</summary>
internal abstract record UnaryFunction(string Name) : Function(Name)
{
    public sealed override int Arity => 1;

    // The derivative needs the argument or the result; either is a tensor more.
    public override int Kept(int made) => 1;

    public sealed override double OfNumbers(IReadOnlyList<double> operands) => OfNumber(operands[0]);

    public sealed override Tensor OfTensors(IReadOnlyList<Tensor> operands) => OfTensor(operands[0]);

    public sealed override Expression Slope(ExpressionPool make, Call value, IReadOnlyList<Expression> slopes) =>
        Slope(make, value, value.Operands[0], slopes[0]);

    protected abstract double OfNumber(double argument);

    protected abstract Tensor OfTensor(Tensor argument);

    /// <summary>Its derivative.</summary>
    /// <param name="make">Makes expressions.</param>
    /// <param name="value">The function of the argument.</param>
    /// <param name="argument">The argument.</param>
    /// <param name="slope">The argument's derivative, which is not 0.</param>
    protected abstract Expression Slope(ExpressionPool make, Expression value, Expression argument, Expression slope);
}

/// <summary>A function of two arguments, or an operator.</summary>
internal abstract record BinaryFunction(string Name) : Function(Name)
{
    public sealed override int Arity => 2;

    // The derivative needs both.
    public override int Kept(int made) => made;

    public sealed override double OfNumbers(IReadOnlyList<double> operands) => OfNumbers(operands[0], operands[1]);

    public sealed override Tensor OfTensors(IReadOnlyList<Tensor> operands) => OfTensors(operands[0], operands[1]);

    public sealed override Expression Slope(ExpressionPool make, Call value, IReadOnlyList<Expression> slopes) =>
        Slope(make, value, (value.Operands[0], value.Operands[1]), (slopes[0], slopes[1]));

    protected abstract double OfNumbers(double a, double b);

    protected abstract Tensor OfTensors(Tensor a, Tensor b);

    /// <summary>Its derivative.</summary>
    /// <param name="make">Makes expressions.</param>
    /// <param name="value">The function of the operands.</param>
    /// <param name="of">The operands.</param>
    /// <param name="slope">Their derivatives, of which at most one is 0.</param>
    protected abstract Expression Slope(ExpressionPool make, Expression value, (Expression A, Expression B) of, (Expression A, Expression B) slope);
}
