using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Functions;

internal sealed record Sine() : UnaryFunction("sin")
{
    public static Sine Instance { get; } = new();

    protected override double OfNumber(double argument) => Math.Sin(argument);

    protected override Tensor OfTensor(Tensor argument) => argument.sin();

    protected override Expression Slope(ExpressionPool make, Expression value, Expression argument, Expression slope) =>
        make.Product(make.Of(Cosine.Instance, argument), slope);
}
