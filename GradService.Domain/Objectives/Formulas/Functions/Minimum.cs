using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Functions;

/// <summary>The lesser of two; of NaN it is NaN. Where they are equal its derivative is half of each.</summary>
internal sealed record Minimum() : BinaryFunction("min")
{
    public static Minimum Instance { get; } = new();

    public override FunctionCorner? Corner => FunctionCorner.AtTies;

    protected override double OfNumbers(double a, double b) => Math.Min(a, b);

    protected override Tensor OfTensors(Tensor a, Tensor b) => a.minimum(b);

    protected override Expression Slope(ExpressionPool make, Expression value, (Expression A, Expression B) of, (Expression A, Expression B) slope) =>
        Chosen(make, make.Difference(of.B, of.A), slope);

    /// <summary>a' where the given difference is positive, b' where it is negative, and half of each where it is 0.</summary>
    public static Expression Chosen(ExpressionPool make, Expression difference, (Expression A, Expression B) slope)
    {
        var side = make.Of(Sign.Instance, difference);
        var (a, b) = (make.Sum(Number.One, side), make.Difference(Number.One, side));
        return make.Product(make.Of(0.5), make.Sum(make.Product(a, slope.A), make.Product(b, slope.B)));
    }
}
