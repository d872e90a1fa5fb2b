using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Functions;

internal sealed record ArcCosine() : UnaryFunction("acos")
{
    public static ArcCosine Instance { get; } = new();

    public override FunctionCorner? Corner => FunctionCorner.AtOne;

    protected override double OfNumber(double argument) => Math.Acos(argument);

    protected override Tensor OfTensor(Tensor argument) => argument.acos();

    protected override Expression Slope(ExpressionPool make, Expression value, Expression argument, Expression slope) =>
        make.Negative(make.Quotient(slope, make.Of(SquareRoot.Instance, ArcSine.Span(make, argument))));
}
