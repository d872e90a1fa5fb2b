using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Functions;

internal sealed record ArcTangent() : UnaryFunction("atan")
{
    public static ArcTangent Instance { get; } = new();

    protected override double OfNumber(double argument) => Math.Atan(argument);

    protected override Tensor OfTensor(Tensor argument) => argument.atan();

    protected override Expression Slope(ExpressionPool make, Expression value, Expression argument, Expression slope) =>
        make.Quotient(slope, make.Sum(Number.One, make.Square(argument)));
}
