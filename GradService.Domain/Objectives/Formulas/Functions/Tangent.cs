using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Functions;

internal sealed record Tangent() : UnaryFunction("tan")
{
    public static Tangent Instance { get; } = new();

    protected override double OfNumber(double argument) => Math.Tan(argument);

    protected override Tensor OfTensor(Tensor argument) => argument.tan();

    protected override Expression Slope(ExpressionPool make, Expression value, Expression argument, Expression slope) =>
        make.Product(make.Sum(Number.One, make.Square(value)), slope);
}
