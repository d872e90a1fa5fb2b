using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Functions;

/// <summary>1 where the argument is positive, else 0; NaN of NaN.</summary>
internal sealed record Step() : UnaryFunction("step")
{
    public static Step Instance { get; } = new();

    // As that of sign.
    public override int Kept(int made) => 0;

    protected override double OfNumber(double argument) => double.IsNaN(argument) ? argument : argument > 0 ? 1 : 0;

    protected override Tensor OfTensor(Tensor argument) => argument.Step();

    protected override Expression Slope(ExpressionPool make, Expression value, Expression argument, Expression slope) =>
        Number.Zero;
}
