using GradService.Domain.Arrays;
using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas;

/// <summary>
/// A formula as a tree, or as a graph whose common parts are one object each: two expressions that <see cref="ExpressionPool"/> made are the
/// same where they are the same object. It stands for a tensor [n]; a number, an unknown and what is made of them alone for a tensor [].
/// </summary>
internal abstract record Expression
{
    /// <summary>What it makes its value of; empty for names and numbers.</summary>
    public virtual IReadOnlyList<Expression> Operands => [];

    /// <summary>Whether it is another number where the network is another one, or an unknown.</summary>
    public virtual bool ReadsNetwork => false;

    /// <summary>Whether it is one number for all points, [], instead of one for each, [n].</summary>
    public virtual bool IsScalar => false;

    /// <summary>Whether it is the number 0.</summary>
    public bool IsZero => this is Number { Value: 0 };

    /// <summary>The operation as formulas write it: "sqrt", "/"; empty for names and numbers.</summary>
    public virtual string Symbol => "";

    /// <summary>The operation with its operands, as formulas write it: "sqrt(0)", "1/0".</summary>
    public virtual string Write(IReadOnlyList<string> operands) => throw new InvalidOperationException("It has no operands.");
}

internal sealed record Number(double Value) : Expression
{
    public static Number Zero { get; } = new(0);

    public static Number One { get; } = new(1);

    public override bool IsScalar => true;

    public Tensor Filled(ReadOnlySpan<long> shape, IFormulaValues values) => Tensors.Filled(shape, values.Dtype.ToScalarType(), In(values.Dtype));

    /// <summary>The number in a dtype, neither 0 nor infinite where it is not in double precision.</summary>
    public double In(Dtype dtype) => In(Value, dtype);

    public static double In(double value, Dtype dtype) => dtype == Dtype.Float32 ? (float)dtype.Constant(value) : value;

    /// <summary>By their bits: −0 is not 0, as 1/−0 is not 1/0.</summary>
    public bool Equals(Number? other) => other is not null && BitConverter.DoubleToInt64Bits(Value) == BitConverter.DoubleToInt64Bits(other.Value);

    public override int GetHashCode() => BitConverter.DoubleToInt64Bits(Value).GetHashCode();
}

/// <summary>What a name stands for at a point.</summary>
internal abstract record Named : Expression
{
    /// <summary>Which of a term's point sets it is taken on, counted in the order of the term.</summary>
    public int Place { get; init; }
}

internal sealed record Variable(int Index) : Named;

internal sealed record Output(int Index) : Named
{
    public override bool ReadsNetwork => true;
}

internal sealed record Derivative(DerivativeIndex Index) : Named
{
    public override bool ReadsNetwork => true;
}

/// <summary>A number that is trained.</summary>
internal sealed record Unknown(int Index) : Named
{
    public override bool ReadsNetwork => true;

    public override bool IsScalar => true;
}

/// <summary>Measured data of a point set.</summary>
internal sealed record Column(string Name) : Named;

internal sealed record Target : Named;

/// <summary>A function of one or two operands. It is another one where the operands are other objects, whatever they are equal to.</summary>
internal sealed record Call : Expression
{
    private int? _hash;

    public Call(Function function, params IReadOnlyList<Expression> operands)
    {
        (Function, Operands, IsScalar) = (function, operands, true);
        for (var at = 0; at < operands.Count; at++)
        {
            ReadsNetwork |= operands[at].ReadsNetwork;
            IsScalar &= operands[at].IsScalar;
        }
    }

    public Function Function { get; }

    public override IReadOnlyList<Expression> Operands { get; }

    public override bool ReadsNetwork { get; }

    public override bool IsScalar { get; }

    public override string Symbol => Function.Name;

    public override string Write(IReadOnlyList<string> operands) => Function.Write(operands);

    public bool Equals(Call? other) => other is not null && Function == other.Function && Operands.Count == other.Operands.Count
        && Operands.Zip(other.Operands).All(pair => ReferenceEquals(pair.First, pair.Second));

    public override int GetHashCode() => _hash ??= Operands
        .Aggregate(Function.GetHashCode(), (hash, operand) => HashCode.Combine(hash, ReferenceEqualityComparer.Instance.GetHashCode(operand)));
}
