using GradService.Domain.Arrays;
using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas;

/// <summary>
/// A formula as a tree. Every node gives a tensor [n], but a number gives a tensor [], so that it meets any n. What a node makes of its
/// operands' tensors it lets go of: they live on only where a graph of derivatives needs them.
/// </summary>
internal abstract record Expression
{
    /// <summary>The number of tensors that evaluating makes.</summary>
    public abstract int Operations { get; }

    /// <summary>How many tensors [n] of its making are alive at once at most while it is evaluated, its own among them.</summary>
    public abstract int Alive { get; }

    /// <summary>How many tensors [n] of its making a graph of derivatives keeps at most, beside its own.</summary>
    public abstract int Kept { get; }

    /// <summary>How long evaluating and differentiating takes, in additions of as many numbers.</summary>
    public abstract int Additions { get; }

    public abstract Tensor Evaluate(IFormulaValues values);

    /// <summary>What it makes its value of; empty for names and numbers.</summary>
    public virtual IReadOnlyList<Expression> Operands => [];

    /// <summary>Whether it is another number where the network is another one.</summary>
    public virtual bool ReadsNetwork => Operands.Any(operand => operand.ReadsNetwork);

    /// <summary>The operation as formulas write it: "sqrt", "/"; empty for names and numbers.</summary>
    public virtual string Symbol => "";

    /// <summary>Whether the derivative jumps, or has no bound, where the operand is zero.</summary>
    public virtual bool HasCornerAtZero => false;

    /// <summary>The operation alone, on values of its operands, which it leaves as they are.</summary>
    public virtual Tensor Of(IReadOnlyList<Tensor> operands) => throw new InvalidOperationException("It has no operands.");

    /// <summary>The operation with its operands, as formulas write it: "sqrt(0)", "1/0".</summary>
    public virtual string Write(IReadOnlyList<string> operands) => throw new InvalidOperationException("It has no operands.");

    /// <summary>1 where the node makes a tensor [n] of its own; a name gives one that is there.</summary>
    public int Own => Math.Min(1, Operations);

    /// <summary>A tensor, and its operand is let go of. A name's may be one that others read as well.</summary>
    protected static Tensor With(Expression operand, Tensor value, Func<Tensor, Tensor> make)
    {
        try
        {
            return make(value);
        }
        finally
        {
            if (operand is not Named)
            {
                value.Dispose();
            }
        }
    }
}

internal sealed record Number(double Value) : Expression
{
    public override int Operations => 0;

    public override int Alive => 0;

    public override int Kept => 0;

    public override int Additions => 0;

    public override Tensor Evaluate(IFormulaValues values) => Filled([], values);

    public Tensor Filled(ReadOnlySpan<long> shape, IFormulaValues values) => Tensors.Filled(shape, values.Dtype.ToScalarType(), In(values.Dtype));

    /// <summary>The number in a dtype, neither 0 nor infinite where it is not in double precision.</summary>
    public double In(Dtype dtype) => dtype == Dtype.Float32 ? (float)dtype.Constant(Value) : Value;
}

/// <summary>What a name stands for.</summary>
internal abstract record Named : Expression
{
    public sealed override int Operations => 0;

    public sealed override int Alive => 0;

    public sealed override int Kept => 0;

    public sealed override int Additions => 0;
}

internal sealed record Variable(int Index) : Named
{
    public override Tensor Evaluate(IFormulaValues values) => values.Variable(Index);
}

internal sealed record Output(int Index) : Named
{
    public override bool ReadsNetwork => true;

    public override Tensor Evaluate(IFormulaValues values) => values.Output(Index);
}

internal sealed record Derivative(DerivativeIndex Index) : Named
{
    public override bool ReadsNetwork => true;

    public override Tensor Evaluate(IFormulaValues values) => values.Derivative(Index);
}

internal sealed record Target : Named
{
    public override Tensor Evaluate(IFormulaValues values) => values.Target;
}

internal sealed record Unary(Function Function, Expression Argument) : Expression
{
    public override int Operations { get; } = Argument.Operations + 1;

    public override int Alive { get; } = Math.Max(Argument.Alive, Argument.Own + 1);

    // The derivative needs the argument or the result; either is a tensor more.
    public override int Kept { get; } = Argument.Kept + 1;

    public override int Additions { get; } = Argument.Additions + 1;

    public override Tensor Evaluate(IFormulaValues values) => With(Argument, Argument.Evaluate(values), Function.OfTensor);

    public override IReadOnlyList<Expression> Operands => [Argument];

    public override bool ReadsNetwork { get; } = Argument.ReadsNetwork;

    public override string Symbol => Function.Name;

    public override bool HasCornerAtZero => Function.HasCornerAtZero;

    public override Tensor Of(IReadOnlyList<Tensor> operands) => Function.OfTensor(operands[0]);

    public override string Write(IReadOnlyList<string> operands) => $"{Symbol}({operands[0]})";
}

internal sealed record Binary(Operator Operator, Expression Left, Expression Right) : Expression
{
    public override int Operations { get; } = Left.Operations + Right.Operations + 1;

    public override int Alive { get; } = Math.Max(Left.Alive, Left.Own + Math.Max(Right.Alive, Right.Own + 1));

    // The derivative of a sum needs neither operand, that of a product or quotient both, that of a power more.
    public override int Kept { get; } = Left.Kept + Right.Kept
        + (Operator == Operator.Plus || Operator == Operator.Minus ? 0 : Left.Own + Right.Own + (Operator == Operator.Power ? 2 : 0));

    // Measured. A power's derivatives take a power and a logarithm more.
    public override int Additions { get; } = Left.Additions + Right.Additions + (Operator == Operator.Power ? 8 : 1);

    public override Tensor Evaluate(IFormulaValues values) =>
        With(Left, Left.Evaluate(values), left => With(Right, Right.Evaluate(values), right => Operator.OfTensors(left, right)));

    public override IReadOnlyList<Expression> Operands => [Left, Right];

    public override bool ReadsNetwork { get; } = Left.ReadsNetwork || Right.ReadsNetwork;

    public override string Symbol => Operator.Symbol;

    public override Tensor Of(IReadOnlyList<Tensor> operands) => Operator.OfTensors(operands[0], operands[1]);

    public override string Write(IReadOnlyList<string> operands) => Operator.Write(operands[0], operands[1]);
}

/// <summary>A power with a constant exponent, which has a derivative where the base is zero or negative too.</summary>
internal sealed record ConstantPower(Expression Base, Number Exponent) : Expression
{
    public override int Operations { get; } = Base.Operations + 1;

    public override int Alive { get; } = Math.Max(Base.Alive, Base.Own + 1);

    public override int Kept { get; } = Base.Kept + Base.Own;

    // Measured. Squares are products.
    public override int Additions { get; } = Base.Additions + (Exponent.Value == 2 ? 1 : 5);

    public override Tensor Evaluate(IFormulaValues values) => With(Base, Base.Evaluate(values), @base => @base.Power(Exponent.In(values.Dtype)));

    // The exponent stays a number: as a tensor it would have a derivative, which may be none.
    public override IReadOnlyList<Expression> Operands => [Base];

    public override bool ReadsNetwork { get; } = Base.ReadsNetwork;

    public override string Symbol => Operator.Power.Symbol;

    public override Tensor Of(IReadOnlyList<Tensor> operands) =>
        operands[0].Power(Exponent.In(operands[0].dtype == ScalarType.Float32 ? Dtype.Float32 : Dtype.Float64));

    public override string Write(IReadOnlyList<string> operands) =>
        Operator.Power.Write(operands[0], Exponent.Value.ToString("G3", System.Globalization.CultureInfo.InvariantCulture));
}
