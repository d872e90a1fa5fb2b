using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Functions;

internal sealed record Logarithm() : UnaryFunction("log")
{
    public static Logarithm Instance { get; } = new();

    protected override double OfNumber(double argument) => Math.Log(argument);

    protected override Tensor OfTensor(Tensor argument) => argument.log();

    protected override Expression Slope(ExpressionPool make, Expression value, Expression argument, Expression slope) =>
        make.Quotient(slope, argument);
}
