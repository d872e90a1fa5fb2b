using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Functions;

internal sealed record AbsoluteValue() : UnaryFunction("abs")
{
    public static AbsoluteValue Instance { get; } = new();

    public override FunctionCorner? Corner => FunctionCorner.AtZero;

    protected override double OfNumber(double argument) => Math.Abs(argument);

    protected override Tensor OfTensor(Tensor argument) => argument.abs();

    protected override Expression Slope(ExpressionPool make, Expression value, Expression argument, Expression slope) =>
        make.Product(make.Of(Sign.Instance, argument), slope);
}
