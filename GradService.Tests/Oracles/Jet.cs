namespace GradService.Tests.Oracles;

/// <summary>A function of one number with its derivatives, as the coefficients of its Taylor series: f, f′, f″/2, f‴/6, …</summary>
internal sealed class Jet(double[] coefficients)
{
    /// <summary>The number itself, with so many derivatives.</summary>
    public static Jet Variable(double x, int order) => new([x, 1, .. new double[order - 1]]);

    public static Jet operator +(Jet a, Jet b) => new([.. a.Coefficients.Zip(b.Coefficients, (left, right) => left + right)]);

    public static Jet operator +(Jet a, double number) => new([a.Coefficients[0] + number, .. a.Coefficients[1..]]);

    public static Jet operator *(double number, Jet a) => new([.. a.Coefficients.Select(coefficient => number * coefficient)]);

    public static Jet operator *(Jet a, Jet b) =>
        new([.. a.Coefficients.Select((_, k) => Enumerable.Range(0, k + 1).Sum(j => a.Coefficients[j] * b.Coefficients[k - j]))]);

    private double[] Coefficients { get; } = coefficients;

    /// <summary>The k-th derivative.</summary>
    public double Derivative(int k) => Enumerable.Range(1, k).Aggregate(Coefficients[k], (product, factor) => product * factor);

    /// <summary>eᶠ, by (eᶠ)′ = eᶠ·f′.</summary>
    public Jet Exp()
    {
        var result = new double[Coefficients.Length];
        result[0] = Math.Exp(Coefficients[0]);
        for (var k = 1; k < result.Length; k++)
        {
            result[k] = Enumerable.Range(1, k).Sum(j => j * Coefficients[j] * result[k - j]) / k;
        }

        return new Jet(result);
    }

    /// <summary>1/f, by f · (1/f) = 1.</summary>
    public Jet Reciprocal()
    {
        var result = new double[Coefficients.Length];
        result[0] = 1 / Coefficients[0];
        for (var k = 1; k < result.Length; k++)
        {
            result[k] = -Enumerable.Range(1, k).Sum(j => Coefficients[j] * result[k - j]) / Coefficients[0];
        }

        return new Jet(result);
    }

    /// <summary>The function that is a number here and has this derivative.</summary>
    public Jet Integral(double value) => new([value, .. Coefficients[..^1].Select((coefficient, k) => coefficient / (k + 1))]);
}
