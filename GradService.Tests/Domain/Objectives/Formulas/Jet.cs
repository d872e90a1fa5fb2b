namespace GradService.Tests.Domain.Objectives.Formulas;

/// <summary>
/// A function of x and t near a point, as the coefficients of its power series up to a total degree: an oracle for derivatives that knows
/// nothing of rules for functions of functions beyond the multiplication of series.
/// </summary>
internal sealed class Jet
{
    public const int Degree = 8;

    private readonly double[,] _of = new double[Degree + 1, Degree + 1];

    private Jet(Func<int, int, double> coefficient)
    {
        for (var i = 0; i <= Degree; i++)
        {
            for (var j = 0; i + j <= Degree; j++)
            {
                _of[i, j] = coefficient(i, j);
            }
        }
    }

    public double Value => _of[0, 0];

    /// <summary>The largest derivative, by magnitude; NaN where one is.</summary>
    public double Largest => Enumerable.Range(0, Degree + 1).Max(i => Enumerable.Range(0, Degree + 1 - i)
        .Max(j => Math.Abs(_of[i, j]) * (double.IsFinite(_of[i, j]) ? 1 : double.PositiveInfinity)));

    public static implicit operator Jet(double number) => new((i, j) => i + j == 0 ? number : 0);

    /// <summary>A variable at a value: 0 is x, 1 is t.</summary>
    public static Jet Variable(int which, double at) => new((i, j) => i + j == 0 ? at : (i, j) == (which == 0 ? (1, 0) : (0, 1)) ? 1 : 0);

    public static Jet operator +(Jet a, Jet b) => new((i, j) => a._of[i, j] + b._of[i, j]);

    public static Jet operator -(Jet a, Jet b) => new((i, j) => a._of[i, j] - b._of[i, j]);

    public static Jet operator *(Jet a, Jet b) =>
        new((i, j) => Enumerable.Range(0, i + 1).Sum(k => Enumerable.Range(0, j + 1).Sum(l => a._of[k, l] * b._of[i - k, j - l])));

    public static Jet operator /(Jet a, Jet b) => a * b.With(Powers(b.Value, -1));

    /// <summary>The derivative by a variable, of one degree less.</summary>
    public Jet Slope(int which) => new((i, j) => i + j >= Degree ? 0 : which == 0 ? (i + 1) * _of[i + 1, j] : (j + 1) * _of[i, j + 1]);

    public Jet Power(double exponent) => With(Powers(Value, exponent));

    public static Jet Exp(Jet a) => a.With(Series(k => Math.Exp(a.Value) / Factorial(k)));

    public static Jet Log(Jet a) => a.With(Series(k => k == 0 ? Math.Log(a.Value) : (k % 2 == 0 ? -1 : 1) / (k * Math.Pow(a.Value, k))));

    public static Jet Sin(Jet a) => a.With(Series(k => Math.Sin(a.Value + (k * Math.PI / 2)) / Factorial(k)));

    public static Jet Cos(Jet a) => a.With(Series(k => Math.Cos(a.Value + (k * Math.PI / 2)) / Factorial(k)));

    public static Jet Sinh(Jet a) => (Exp(a) - Exp(0 - a)) * 0.5;

    public static Jet Cosh(Jet a) => (Exp(a) + Exp(0 - a)) * 0.5;

    /// <summary>A function by its value and its derivative, which is a series about the same point.</summary>
    public static Jet Integral(Jet a, double value, Func<Jet, Jet> derivative)
    {
        var slope = derivative(Variable(0, a.Value));
        return a.With(Series(k => k == 0 ? value : slope._of[k - 1, 0] / k));
    }

    private Jet With(double[] series)
    {
        var rest = this - Value;
        Jet sum = series[Degree];
        for (var k = Degree - 1; k >= 0; k--)
        {
            sum = (sum * rest) + series[k];
        }

        return sum;
    }

    private static double[] Powers(double at, double exponent)
    {
        var factor = 1.0;
        return Series(k =>
        {
            var coefficient = factor * Math.Pow(at, exponent - k);
            factor *= (exponent - k) / (k + 1);
            return factor == 0 && !double.IsFinite(coefficient) ? 0 : coefficient;
        });
    }

    private static double[] Series(Func<int, double> coefficient) => [.. Enumerable.Range(0, Degree + 1).Select(coefficient)];

    private static double Factorial(int k) => Enumerable.Range(1, k).Aggregate(1.0, (product, factor) => product * factor);
}
