using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Functions;

internal sealed record Cosine() : UnaryFunction("cos")
{
    public static Cosine Instance { get; } = new();

    protected override double OfNumber(double argument) => Math.Cos(argument);

    protected override Tensor OfTensor(Tensor argument) => argument.cos();

    protected override Expression Slope(ExpressionPool make, Expression value, Expression argument, Expression slope) =>
        make.Negative(make.Product(make.Of(Sine.Instance, argument), slope));
}
