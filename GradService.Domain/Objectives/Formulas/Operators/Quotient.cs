using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Operators;

internal sealed record Quotient() : Operator("/")
{
    public static Quotient Instance { get; } = new();

    protected override double OfNumbers(double a, double b) => a / b;

    protected override Tensor OfTensors(Tensor a, Tensor b) => a.Over(b);

    protected override Expression Slope(ExpressionPool make, Expression value, (Expression A, Expression B) of, (Expression A, Expression B) slope) =>
        make.Quotient(make.Difference(slope.A, make.Product(value, slope.B)), of.B);
}
