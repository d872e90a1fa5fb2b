using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Functions;

/// <summary>The greater of two; of NaN it is NaN. Where they are equal its derivative is half of each.</summary>
internal sealed record Maximum() : BinaryFunction("max")
{
    public static Maximum Instance { get; } = new();

    public override FunctionCorner? Corner => FunctionCorner.AtTies;

    protected override double OfNumbers(double a, double b) => Math.Max(a, b);

    protected override Tensor OfTensors(Tensor a, Tensor b) => a.maximum(b);

    protected override Expression Slope(ExpressionPool make, Expression value, (Expression A, Expression B) of, (Expression A, Expression B) slope) =>
        Minimum.Chosen(make, make.Difference(of.A, of.B), slope);
}
