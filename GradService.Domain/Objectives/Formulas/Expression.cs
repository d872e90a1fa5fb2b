using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas;

/// <summary>A formula as a tree. Every node gives a tensor [n], but a number gives a tensor [], so that it meets any n.</summary>
internal abstract record Expression
{
    /// <summary>The number of tensors that evaluating makes.</summary>
    public abstract int Operations { get; }

    public abstract Tensor Evaluate(IFormulaValues values);
}

internal sealed record Number(double Value) : Expression
{
    public override int Operations => 0;

    public override Tensor Evaluate(IFormulaValues values) => Filled([], values);

    public Tensor Filled(ReadOnlySpan<long> shape, IFormulaValues values) => TensorOperations.Filled(shape, values.Dtype.ToScalarType(), In(values.Dtype));

    /// <summary>The number in a dtype: libtorch throws at one that float32 has no room for, IEEE makes it an infinity.</summary>
    public double In(Dtype dtype) => dtype == Dtype.Float32 ? (float)Value : Value;
}

/// <summary>What a name stands for.</summary>
internal abstract record Named : Expression
{
    public sealed override int Operations => 0;
}

internal sealed record Variable(int Index) : Named
{
    public override Tensor Evaluate(IFormulaValues values) => values.Variable(Index);
}

internal sealed record Output(int Index) : Named
{
    public override Tensor Evaluate(IFormulaValues values) => values.Output(Index);
}

internal sealed record Derivative(DerivativeIndex Index) : Named
{
    public override Tensor Evaluate(IFormulaValues values) => values.Derivative(Index);
}

internal sealed record Target : Named
{
    public override Tensor Evaluate(IFormulaValues values) => values.Target;
}

internal sealed record Unary(Function Function, Expression Argument) : Expression
{
    public override int Operations => Argument.Operations + 1;

    public override Tensor Evaluate(IFormulaValues values) => Function.OfTensor(Argument.Evaluate(values));
}

internal sealed record Binary(Operator Operator, Expression Left, Expression Right) : Expression
{
    public override int Operations => Left.Operations + Right.Operations + 1;

    public override Tensor Evaluate(IFormulaValues values) => Operator.OfTensors(Left.Evaluate(values), Right.Evaluate(values));
}

/// <summary>A power with a constant exponent, which has a derivative where the base is zero or negative too.</summary>
internal sealed record ConstantPower(Expression Base, Number Exponent) : Expression
{
    public override int Operations => Base.Operations + 1;

    public override Tensor Evaluate(IFormulaValues values) => Base.Evaluate(values).Power(Exponent.In(values.Dtype));
}
