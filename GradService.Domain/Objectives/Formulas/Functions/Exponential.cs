using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Functions;

internal sealed record Exponential() : UnaryFunction("exp")
{
    public static Exponential Instance { get; } = new();

    protected override double OfNumber(double argument) => Math.Exp(argument);

    protected override Tensor OfTensor(Tensor argument) => argument.exp();

    protected override Expression Slope(ExpressionPool make, Expression value, Expression argument, Expression slope) =>
        make.Product(value, slope);
}
