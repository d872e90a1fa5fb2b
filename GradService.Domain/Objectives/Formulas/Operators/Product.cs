using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Operators;

internal sealed record Product() : Operator("*")
{
    public static Product Instance { get; } = new();

    protected override double OfNumbers(double a, double b) => a * b;

    protected override Tensor OfTensors(Tensor a, Tensor b) => a.Times(b);

    protected override Expression Slope(ExpressionPool make, Expression value, (Expression A, Expression B) of, (Expression A, Expression B) slope) =>
        make.Sum(make.Product(slope.A, of.B), make.Product(of.A, slope.B));
}
