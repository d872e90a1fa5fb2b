using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Functions;

/// <summary>-1, 0 or 1; NaN of NaN.</summary>
internal sealed record Sign() : UnaryFunction("sign")
{
    public static Sign Instance { get; } = new();

    // Its derivative is 0 wherever it has one, and taken as 0 where it jumps: no graph is made.
    public override int Kept(int made) => 0;

    protected override double OfNumber(double argument) => double.IsNaN(argument) ? argument : Math.Sign(argument);

    protected override Tensor OfTensor(Tensor argument) => argument.Sign();

    protected override Expression Slope(ExpressionPool make, Expression value, Expression argument, Expression slope) =>
        Number.Zero;
}
