using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Operators;

internal sealed record Difference() : Operator("-")
{
    public static Difference Instance { get; } = new();

    // The derivative needs neither operand.
    public override int Kept(int made) => 0;

    protected override double OfNumbers(double a, double b) => a - b;

    protected override Tensor OfTensors(Tensor a, Tensor b) => a.Minus(b);

    protected override Expression Slope(ExpressionPool make, Expression value, (Expression A, Expression B) of, (Expression A, Expression B) slope) =>
        make.Difference(slope.A, slope.B);
}
