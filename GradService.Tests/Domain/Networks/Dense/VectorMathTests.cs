using System.Numerics;
using GradService.Domain.Networks.Dense;

namespace GradService.Tests.Domain.Networks.Dense;

/// <summary>Functions of many numbers at once beside the runtime's of one.</summary>
public sealed class VectorMathTests
{
    private static readonly double[] Arguments =
        [.. Enumerable.Range(-4000, 8001).Select(i => i / 200.0), .. Enumerable.Range(1, 60).SelectMany(k => new[] { Math.Pow(2, -k), -Math.Pow(2, -k) })];

    [Fact]
    public void Tanh_is_within_four_units_in_the_last_place() => AssertClose(Math.Tanh, x => VectorMath.Tanh<double>(x).Value, 4);

    [Fact]
    public void Powers_are_too_down_to_where_they_vanish() =>
        AssertClose(x => Math.Exp(-17 * Math.Abs(x)), x => VectorMath.ExpOfNegative<double>(new Vector<double>(-17) * Vector.Abs(x)).Power, 4);

    [Fact]
    public void Powers_less_one_are_too_also_near_zero() =>
        AssertClose(x => 2 * Math.Sinh(-Math.Abs(x) / 2) * Math.Exp(-Math.Abs(x) / 2), x => VectorMath.ExpOfNegative<double>(-Vector.Abs(x)).MinusOne, 8);

    [Fact]
    public void The_sigmoid_and_its_slope_are_too()
    {
        AssertClose(x => 1 / (1 + Math.Exp(-x)), x => VectorMath.Sigmoid<double>(x).Value, 8);
        AssertClose(x => 1 / (4 * Math.Cosh(x / 2) * Math.Cosh(x / 2)), x => VectorMath.Sigmoid<double>(x).Slope, 16);
    }

    [Fact]
    public void Softplus_and_its_slope_are_too()
    {
        // log(1 + p) = 2·artanh(p / (2 + p)), which loses nothing where p is small.
        AssertClose(x => Math.Max(x, 0) + (2 * Math.Atanh(Math.Exp(-Math.Abs(x)) / (2 + Math.Exp(-Math.Abs(x))))),
            x => VectorMath.Softplus<double>(x).Value, 8);
        AssertClose(x => 1 / (1 + Math.Exp(-x)), x => VectorMath.Softplus<double>(x).Slope, 8);
    }

    [Fact]
    public void An_argument_less_its_tangent_keeps_its_digits_near_zero() =>
        AssertClose(Tanhshrink, x => VectorMath.Tanhshrink(x, VectorMath.Tanh<double>(x).Value), 64);

    [Fact]
    public void The_error_function_and_1_are_those_of_its_series_and_in_the_tail_of_its_continued_fraction() =>
        AssertClose(ErrorFunctionPlusOne, VectorMath.ErfPlusOne<double>, 16);

    /// <summary>Of many thousand singles all but a few come out as if computed exactly and rounded once.</summary>
    [Fact]
    public void Singles_are_rounded_rightly()
    {
        var singles = Arguments.Select(x => (double)(float)x).ToArray();
        Assert.InRange(Wrong(Math.Tanh, x => VectorMath.Tanh<float>(x).Value), 0, 8);
        Assert.InRange(Wrong(x => Math.Pow(Math.Cosh(x), -2), x => VectorMath.Tanh<float>(x).Slope), 0, 8);
        Assert.InRange(Wrong(x => 1 / (1 + Math.Exp(-x)), x => VectorMath.Sigmoid<float>(x).Value), 0, 8);
        Assert.InRange(Wrong(x => Math.Max(x, 0) + (2 * Math.Atanh(Math.Exp(-Math.Abs(x)) / (2 + Math.Exp(-Math.Abs(x))))),
            x => VectorMath.Softplus<float>(x).Value), 0, 8);
        Assert.InRange(Wrong(ErrorFunctionPlusOne, VectorMath.ErfPlusOne<float>), 0, 8);

        int Wrong(Func<double, double> expected, Func<Vector<double>, Vector<double>> actual) => singles.Count(x => (float)expected(x) != (float)At(actual, x));
    }

    [Theory]
    [InlineData(double.NaN, double.NaN, double.NaN, double.NaN, double.NaN)]
    [InlineData(double.PositiveInfinity, 1, 1, double.PositiveInfinity, 1)]
    [InlineData(double.NegativeInfinity, -1, 0, 0, -1)]
    public void Infinities_go_to_the_limits_and_NaN_stays(double x, double tanh, double sigmoid, double softplus, double erf)
    {
        Assert.Equal(tanh, At(y => VectorMath.Tanh<double>(y).Value, x));
        Assert.Equal(sigmoid, At(y => VectorMath.Sigmoid<double>(y).Value, x));
        Assert.Equal(softplus, At(y => VectorMath.Softplus<double>(y).Value, x));
        Assert.Equal(erf + 1, At(VectorMath.ErfPlusOne<double>, x));
    }

    private static void AssertClose(Func<double, double> expected, Func<Vector<double>, Vector<double>> actual, double units)
    {
        foreach (var x in Arguments)
        {
            var (wanted, got) = (expected(x), At(actual, x));
            Assert.True(Math.Abs(wanted - got) <= units * (Math.BitIncrement(Math.Abs(wanted)) - Math.Abs(wanted)), $"{got:R} instead of {wanted:R} at {x:R}");
        }
    }

    /// <summary>By thirty terms of the tangent's continued fraction.</summary>
    private static double Tanhshrink(double x)
    {
        var fraction = 61.0;
        for (var odd = 59; odd > 1; odd -= 2)
        {
            fraction = odd + (x * x / fraction);
        }

        fraction = x * x / fraction;
        return Math.Abs(x) < 0.5 ? x * fraction / (1 + fraction) : x - Math.Tanh(x);
    }

    private static double At(Func<Vector<double>, Vector<double>> function, double x) => function(new Vector<double>(x))[0];

    /// <summary>1 + erf x; below −1 as erfc |x|, by e^(−x²)/√π / (|x| + ½/(|x| + 1/(|x| + …))).</summary>
    private static double ErrorFunctionPlusOne(double x) => x < -1
        ? Math.Exp(-x * x) / Math.Sqrt(Math.PI) / Enumerable.Range(1, 2000).Reverse().Aggregate(-x, (rest, k) => -x + (k / 2.0 / rest))
        : 1 + ErrorFunction(x);

    /// <summary>2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!: all terms have one sign, so nothing cancels.</summary>
    private static double ErrorFunction(double x)
    {
        var (term, sum) = (x, x);
        for (var n = 1; n < 400 && Math.Abs(x) <= 6; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return Math.Abs(x) > 6 ? Math.Sign(x) : 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
