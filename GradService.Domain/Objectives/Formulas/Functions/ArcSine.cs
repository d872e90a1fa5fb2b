using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Functions;

internal sealed record ArcSine() : UnaryFunction("asin")
{
    public static ArcSine Instance { get; } = new();

    public override FunctionCorner? Corner => FunctionCorner.AtOne;

    protected override double OfNumber(double argument) => Math.Asin(argument);

    protected override Tensor OfTensor(Tensor argument) => argument.asin();

    protected override Expression Slope(ExpressionPool make, Expression value, Expression argument, Expression slope) =>
        make.Quotient(slope, make.Of(SquareRoot.Instance, Span(make, argument)));

    /// <summary>1 − a², its digits kept where a is near 1 or −1.</summary>
    public static Expression Span(ExpressionPool make, Expression a) => make.Product(make.Difference(Number.One, a), make.Sum(Number.One, a));
}
