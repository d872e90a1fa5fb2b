using System.Globalization;
using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas.Functions;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Operators;

/// <summary>A power whose exponent varies.</summary>
internal sealed record Power() : Operator("^")
{
    public static Power Instance { get; } = new();

    // Measured. Its derivatives take a power and a logarithm more.
    public override int Additions => 8;

    public override int Kept(int made) => made + 2;

    /// <summary>Between constants it is a constant, and so are a^0 = 1^b = 1, by IEEE for every a and b.</summary>
    public override Expression Of(params IReadOnlyList<Expression> operands) => operands switch
    {
        [Number, Number] => base.Of(operands),
        [_, Number { Value: 0 }] or [Number { Value: 1 }, _] => Number.One,
        [_, Number exponent] => new Call(new ConstantPower(exponent.Value), operands[0]),
        _ => base.Of(operands),
    };

    protected override double OfNumbers(double a, double b) => Math.Pow(a, b);

    protected override Tensor OfTensors(Tensor a, Tensor b) => a.Power(b);

    /// <summary>b·a^(b − 1)·a' + a^b·log(a)·b', a part of which is none where what it is of does not move.</summary>
    protected override Expression Slope(ExpressionPool make, Expression value, (Expression A, Expression B) of, (Expression A, Expression B) slope) =>
        make.Sum(
            slope.A.IsZero ? Number.Zero : make.Product(make.Product(of.B, make.Power(of.A, make.Difference(of.B, Number.One))), slope.A),
            slope.B.IsZero ? Number.Zero : make.Product(make.Product(value, make.Of(Logarithm.Instance, of.A)), slope.B));
}

/// <summary>A power with a constant exponent, which has a derivative where the base is zero or negative too.</summary>
internal sealed record ConstantPower(double Exponent) : UnaryFunction("^")
{
    // Measured. Squares are products.
    public override int Additions => Exponent == 2 ? 1 : 5;

    public override int Kept(int made) => made;

    public override string Write(IReadOnlyList<string> operands) =>
        Operator.Write(Name, operands[0], Exponent.ToString("G3", CultureInfo.InvariantCulture));

    protected override double OfNumber(double argument) => Math.Pow(argument, Exponent);

    // The exponent stays a number: as a tensor it would have a derivative, which may be none.
    protected override Tensor OfTensor(Tensor argument) =>
        argument.Power(Number.In(Exponent, argument.dtype.ToDtype()));

    protected override Expression Slope(ExpressionPool make, Expression value, Expression argument, Expression slope) =>
        make.Product(make.Product(make.Of(Exponent), make.Power(argument, make.Of(Exponent - 1))), slope);
}
