using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas.Functions;

internal sealed record ErrorFunction() : UnaryFunction("erf")
{
    private static readonly double Steepest = 2 / Math.Sqrt(Math.PI);

    public static ErrorFunction Instance { get; } = new();

    /// <summary>By sums without differences: a power series near 0, and far from it 1 less a continued fraction.</summary>
    protected override double OfNumber(double argument)
    {
        const double Near = 2;
        var a = Math.Abs(argument);
        return a > Near ? Math.CopySign(1 - Complement(a), argument) : Math.CopySign(Series(a), argument);
    }

    protected override Tensor OfTensor(Tensor argument) => argument.erf();

    protected override Expression Slope(ExpressionPool make, Expression value, Expression argument, Expression slope) =>
        make.Product(make.Product(make.Of(Steepest), make.Of(Exponential.Instance, make.Negative(make.Square(argument)))), slope);

    /// <summary>2/√π · e^(−a²) · Σ 2ᵏ·a²ᵏ⁺¹/(1·3·…·(2k + 1)).</summary>
    private static double Series(double a)
    {
        var (sum, part) = (0.0, a);
        for (var k = 1; sum + part != sum; k++)
        {
            sum += part;
            part *= 2 * a * a / ((2 * k) + 1);
        }

        return Steepest * Math.Exp(-a * a) * sum;
    }

    /// <summary>1 − erf, e^(−a²)/√π over a + (1/2)/(a + (2/2)/(a + (3/2)/(a + …))).</summary>
    private static double Complement(double a)
    {
        const int Steps = 120;
        var tail = a;
        for (var k = Steps; k > 0; k--)
        {
            tail = a + (k / 2.0 / tail);
        }

        return Math.Exp(-a * a) / Math.Sqrt(Math.PI) / tail;
    }
}
