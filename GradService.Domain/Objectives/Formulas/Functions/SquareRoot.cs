using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Functions;

internal sealed record SquareRoot() : UnaryFunction("sqrt")
{
    public static SquareRoot Instance { get; } = new();

    public override FunctionCorner? Corner => FunctionCorner.AtZero;

    protected override double OfNumber(double argument) => Math.Sqrt(argument);

    protected override Tensor OfTensor(Tensor argument) => argument.sqrt();

    protected override Expression Slope(ExpressionPool make, Expression value, Expression argument, Expression slope) =>
        make.Quotient(slope, make.Product(make.Of(2), value));
}
