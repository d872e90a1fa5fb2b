using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Functions;

internal sealed record HyperbolicTangent() : UnaryFunction("tanh")
{
    public static HyperbolicTangent Instance { get; } = new();

    protected override double OfNumber(double argument) => Math.Tanh(argument);

    protected override Tensor OfTensor(Tensor argument) => argument.Tanh();

    protected override Expression Slope(ExpressionPool make, Expression value, Expression argument, Expression slope) =>
        make.Product(make.Of(SlopeOfTanh.Instance, argument), slope);

    /// <summary>1/cosh², which 1 − tanh² is, but for its digits in the tails. Formulas cannot call it.</summary>
    private sealed record SlopeOfTanh() : UnaryFunction("1/cosh^2")
    {
        public static SlopeOfTanh Instance { get; } = new();

        public override string Write(IReadOnlyList<string> operands) => $"1/cosh({operands[0]})^2";

        protected override double OfNumber(double argument) => Math.Pow(Math.Cosh(argument), -2);

        protected override Tensor OfTensor(Tensor argument) => argument.SlopeOfTanh();

        protected override Expression Slope(ExpressionPool make, Expression value, Expression argument, Expression slope) =>
            make.Product(make.Product(make.Of(-2), make.Product(make.Of(HyperbolicTangent.Instance, argument), value)), slope);
    }
}
