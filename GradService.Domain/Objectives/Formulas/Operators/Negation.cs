using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Operators;

internal sealed record Negation() : UnaryFunction("-")
{
    public static Negation Instance { get; } = new();

    protected override double OfNumber(double argument) => -argument;

    protected override Tensor OfTensor(Tensor argument) => argument.neg();

    protected override Expression Slope(ExpressionPool make, Expression value, Expression argument, Expression slope) => make.Negative(slope);
}
