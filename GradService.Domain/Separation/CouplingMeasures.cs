using GradService.Domain.Arrays;

namespace GradService.Domain.Separation;

/// <summary>Squared norms of a batch Jacobian, on and off its diagonal blocks.</summary>
/// <param name="Squares">Σ‖J_ij‖² over all blocks.</param>
/// <param name="OffDiagonal">Σ_{i≠j}‖J_ij‖².</param>
/// <param name="OffDiagonalColumns">For each sample i, Σ_{j≠i}‖J_ji‖²: how strongly it moves the others' outputs.</param>
internal sealed record CouplingMeasures(double Squares, double OffDiagonal, double[] OffDiagonalColumns)
{
    /// <summary>Σ_{i≠j}‖J_ij‖² / Σ‖J_ij‖²; 0 where the Jacobian vanishes, null where it is not finite.</summary>
    public double? Share => Squares > 0 ? Math.Clamp(OffDiagonal / Squares, 0, 1) : Squares == 0 ? 0 : null;

    // Of few samples, statistics can cancel almost all of the coupling, and squares cannot be subtracted any more: their blocks are summed.
    private const long FewSamples = 16;

    /// <summary>
    /// From the factors' Gram matrices, in N·K² steps: Σ_{j≠i}‖A_j·P_i‖² = tr(P_iᵀ·AᵀA·P_i) − ‖A_i·P_i‖²; block by block where that is
    /// no dearer, or samples are few.
    /// </summary>
    /// <param name="factors">The factors.</param>
    /// <param name="cancellation">Ends the sums between two elements of a sample.</param>
    /// <param name="statistics">The range of statistics that count; all where it is left out.</param>
    public static CouplingMeasures Of(JacobianFactors factors, CancellationToken cancellation, Range? statistics = null)
    {
        var (first, count) = (statistics ?? Range.All).GetOffsetAndLength((int)factors.Statistics);
        var (n, m, d) = (factors.Samples, factors.Outputs, factors.Elements);
        var gram = n <= FewSamples || n * m <= count ? null : Gram(factors, first, count, cancellation);
        var columns = new double[n];
        var (off, own) = (0.0, 0.0);
        var p = new double[count];
        for (var i = 0L; i < n; i++)
        {
            for (var element = 0L; element < d; element++)
            {
                cancellation.ThrowIfCancellationRequested();
                for (var k = 0; k < count; k++)
                {
                    p[k] = factors.Right[((first + k) * n * d) + (i * d) + element];
                }

                var (self, others) = (0.0, 0.0);
                for (var row = gram is null ? 0 : i * m; row < (gram is null ? n : i + 1) * m; row++)
                {
                    var coupled = 0.0;
                    for (var k = 0; k < count; k++)
                    {
                        coupled += factors.Left[(row * factors.Statistics) + first + k] * p[k];
                    }

                    if (row / m == i)
                    {
                        var block = factors.Diagonal[(row * d) + element] + coupled;
                        own += block * block;
                        self += coupled * coupled;
                    }
                    else
                    {
                        others += coupled * coupled;
                    }
                }

                columns[i] += gram is null ? others : Math.Max(0, Through(gram, p) - self);
            }

            off += columns[i];
        }

        return new CouplingMeasures(off + own, off, columns);
    }

    /// <summary>From all blocks of a dense Jacobian [N, M, N, D…].</summary>
    public static CouplingMeasures Of(NdArray jacobian, CancellationToken cancellation)
    {
        var (samples, outputs) = (jacobian.Shape[0], jacobian.Shape[1]);
        var d = jacobian.Count / (samples * outputs * samples);
        var columns = new double[samples];
        var all = 0.0;
        for (var index = 0L; index < jacobian.Count; index++)
        {
            if (index % (d * samples) == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            var square = jacobian[index] * jacobian[index];
            var moved = index / d % samples;
            all += square;
            columns[moved] += moved == index / (d * samples * outputs) ? 0 : square;
        }

        return new CouplingMeasures(all, columns.Sum(), columns);
    }

    /// <summary>pᵀ·AᵀA·p.</summary>
    private static double Through(double[,] gram, double[] p)
    {
        var sum = 0.0;
        for (var k = 0; k < p.Length; k++)
        {
            var row = 0.0;
            for (var l = 0; l < p.Length; l++)
            {
                row += gram[k, l] * p[l];
            }

            sum += p[k] * row;
        }

        return sum;
    }

    /// <summary>AᵀA over samples and outputs, [K, K].</summary>
    private static double[,] Gram(JacobianFactors factors, int first, int count, CancellationToken cancellation)
    {
        var gram = new double[count, count];
        for (var row = 0L; row < factors.Samples * factors.Outputs; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            var at = (row * factors.Statistics) + first;
            for (var k = 0; k < count; k++)
            {
                var left = factors.Left[at + k];
                for (var l = 0; l < count; l++)
                {
                    gram[k, l] += left * factors.Left[at + l];
                }
            }
        }

        return gram;
    }
}
