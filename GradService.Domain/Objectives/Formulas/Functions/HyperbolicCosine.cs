using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Functions;

internal sealed record HyperbolicCosine() : UnaryFunction("cosh")
{
    public static HyperbolicCosine Instance { get; } = new();

    protected override double OfNumber(double argument) => Math.Cosh(argument);

    protected override Tensor OfTensor(Tensor argument) => argument.cosh();

    protected override Expression Slope(ExpressionPool make, Expression value, Expression argument, Expression slope) =>
        make.Product(make.Of(HyperbolicSine.Instance, argument), slope);
}
