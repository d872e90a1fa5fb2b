using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Functions;

/// <summary>The angle from the first axis to a point of which it gets the second coordinate first.</summary>
internal sealed record ArcTangentOfTwo() : BinaryFunction("atan2")
{
    public static ArcTangentOfTwo Instance { get; } = new();

    public override FunctionCorner? Corner { get; } = new(operands => operands[0] == 0 && operands[1] == 0, name => $"both arguments of {name} are exactly 0");

    protected override double OfNumbers(double a, double b) => Math.Atan2(a, b);

    protected override Tensor OfTensors(Tensor a, Tensor b) => a.atan2(b);

    protected override Expression Slope(ExpressionPool make, Expression value, (Expression A, Expression B) of, (Expression A, Expression B) slope) =>
        make.Quotient(make.Difference(make.Product(of.B, slope.A), make.Product(of.A, slope.B)), make.Sum(make.Square(of.A), make.Square(of.B)));
}
