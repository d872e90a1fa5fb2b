using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Functions;

internal sealed record HyperbolicSine() : UnaryFunction("sinh")
{
    public static HyperbolicSine Instance { get; } = new();

    protected override double OfNumber(double argument) => Math.Sinh(argument);

    protected override Tensor OfTensor(Tensor argument) => argument.sinh();

    protected override Expression Slope(ExpressionPool make, Expression value, Expression argument, Expression slope) =>
        make.Product(make.Of(HyperbolicCosine.Instance, argument), slope);
}
