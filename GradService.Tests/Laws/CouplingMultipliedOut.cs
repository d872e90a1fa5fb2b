using GradService.Domain.Separation;

namespace GradService.Tests.Laws;

/// <summary>The factors of a batch Jacobian multiplied out in plain loops, as whoever receives them would.</summary>
internal static class CouplingMultipliedOut
{
    /// <summary>[N, M, N, D] flat: δ_ij · diagonal[j] + left[j] · right[:, i].</summary>
    /// <param name="factors">The factors.</param>
    /// <param name="statistics">The range of statistics that count; all where it is left out.</param>
    public static double[] Of(JacobianFactors factors, Range? statistics = null)
    {
        var (n, m) = ((int)factors.Shapes.Left[0], (int)factors.Shapes.Left[1]);
        var (k, d) = ((int)factors.Shapes.Left[2], factors.Diagonal.Count / (n * m));
        var (first, count) = (statistics ?? Range.All).GetOffsetAndLength(k);
        var dense = new double[n * m * n * d];
        for (var row = 0; row < n * m; row++)
        {
            for (var column = 0; column < n * d; column++)
            {
                var value = row / m == column / d ? factors.Diagonal[(row * d) + (column % d)] : 0;
                for (var statistic = first; statistic < first + count; statistic++)
                {
                    value += factors.Left[(row * k) + statistic] * factors.Right[(statistic * n * d) + column];
                }

                dense[(row * n * d) + column] = value;
            }
        }

        return dense;
    }

    /// <summary>The own blocks, [N, M, D] flat.</summary>
    public static double[] Own(JacobianFactors factors)
    {
        var (n, m) = ((int)factors.Shapes.Left[0], (int)factors.Shapes.Left[1]);
        var d = factors.Diagonal.Count / (n * m);
        var dense = Of(factors);
        return [.. Enumerable.Range(0, n * m * d).Select(own => dense[(own / d * n * d) + (own / d / m * d) + (own % d)])];
    }
}
