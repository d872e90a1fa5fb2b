namespace GradService.Tests.Oracles;

/// <summary>Central differences of some order with steps halved again and again, extrapolated to step 0 (Richardson).</summary>
/// <param name="Value">The derivative at 0.</param>
/// <param name="Doubt">How far the last two extrapolations are apart.</param>
internal sealed record NestedDifferences(double[] Value, double Doubt)
{
    private const int Halvings = 4;

    /// <summary>The derivative of the given order at 0 of a function of one number, for each of its values.</summary>
    /// <param name="function">Called at multiples of half the step.</param>
    /// <param name="order">1 to 4.</param>
    /// <param name="step">The first step.</param>
    public static NestedDifferences Of(Func<double, double[]> function, int order, double step)
    {
        // Errors are even in the step: column k of the table is free of powers up to 2k.
        var table = new double[Halvings][][];
        for (var row = 0; row < Halvings; row++)
        {
            table[row] = [Central(function, order, step / Math.Pow(2, row)), .. new double[row][]];
            for (var k = 1; k <= row; k++)
            {
                var factor = Math.Pow(4, k);
                table[row][k] = [.. table[row][k - 1].Zip(table[row - 1][k - 1], (fine, coarse) => ((factor * fine) - coarse) / (factor - 1))];
            }
        }

        var (last, before) = (table[^1][^1], table[^2][^1]);
        return new NestedDifferences(last, last.Zip(before, (one, other) => Math.Abs(one - other)).Max());
    }

    /// <summary>Σ_j (−1)ʲ · C(order, j) · f((order/2 − j)·h) / h^order.</summary>
    private static double[] Central(Func<double, double[]> function, int order, double h)
    {
        double[]? sum = null;
        var binomial = 1.0;
        for (var j = 0; j <= order; j++)
        {
            var weight = (j % 2 == 0 ? binomial : -binomial) / Math.Pow(h, order);
            var values = function(((order / 2.0) - j) * h);
            sum = [.. values.Select((value, i) => (sum?[i] ?? 0) + (weight * value))];
            binomial = binomial * (order - j) / (j + 1);
        }

        return sum!;
    }
}
