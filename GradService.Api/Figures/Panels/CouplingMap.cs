using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Faults;
using GradService.Domain.Separation;

namespace GradService.Api.Figures.Panels;

/// <summary>
/// Root mean squares of ‖∂y_j/∂x_i‖, j ≠ i, over blocks of samples: from the factors of the Jacobian, never from its N² blocks. A block
/// of which no pair is left has NaN.
/// </summary>
internal static class CouplingMap
{
    /// <summary>Cells along a side at most: more would be finer than what one sees.</summary>
    public const int MostCells = 64;

    /// <summary>Multiplications at most, some seconds.</summary>
    private const double MostWork = 4e9;

    private const double NanosecondsOfMultiplication = 2;

    /// <summary>Gram matrices at once at most, numbers.</summary>
    private const double MostGram = 1.5e7;

    /// <exception cref="FaultException">It would take too long.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static double[,] Of(JacobianFactors factors, CancellationToken cancellation)
    {
        var (n, m, k) = (factors.Left.Shape[0], factors.Left.Shape[1], factors.Left.Shape[2]);
        var d = factors.Diagonal.Count / (n * m);
        var cells = Cells(n);
        var (byGram, multiplications) = Choose(n, m, d, k);
        if (multiplications > MostWork)
        {
            throw new FaultException(Fault.TooLarge("inputs", $"at most {MostWork:0} multiplications for a map of the coupling", $"{multiplications:0}",
                "Send fewer samples, or select fewer outputs with gradient.outputs."));
        }

        var sums = new double[cells, cells];
        if (byGram)
        {
            ByGram(factors, sums, cancellation);
        }
        else if (k > 0)
        {
            // Without statistics nothing couples the samples, and there would be N² zeros to look at.
            ByPairs(factors, sums, cancellation);
        }

        var map = new double[cells, cells];
        for (var row = 0; row < cells; row++)
        {
            for (var column = 0; column < cells; column++)
            {
                var count = (double)SizeOf(row, n) * (SizeOf(column, n) - (row == column ? 1 : 0));
                map[row, column] = count == 0 ? double.NaN : Math.Sqrt(sums[row, column] / count);
            }
        }

        return map;
    }

    /// <summary>What a map takes at most: its cells, and the Gram matrices where it is made by them; more work than is taken on is refused.</summary>
    /// <param name="samples">N.</param>
    /// <param name="size">The network.</param>
    public static Cost CostOf(long samples, NetworkSize size)
    {
        var (cells, gram) = (Cells(samples), (Cells(samples) + 1.0) * size.Statistics * size.Statistics);
        var (_, multiplications) = Choose(samples, size.OutputElements, size.InputElements, size.Statistics);
        return new Cost(sizeof(double) * ((4L * cells * cells) + (gram <= MostGram ? (long)gram : 0)), 0,
            (long)(NanosecondsOfMultiplication * Math.Min(multiplications, MostWork)));
    }

    /// <summary>Whether a map is made by Gram matrices or pair by pair, whichever takes fewer multiplications, and how many.</summary>
    private static (bool ByGram, double Multiplications) Choose(long n, long m, long d, long k)
    {
        var cells = (double)Cells(n);
        double pairs = (double)n * n * m * d * k, gram = ((double)n * (m + d) * k * k) + (cells * cells * k * k), numbers = (cells + 1) * k * k;
        var byGram = gram < pairs && numbers <= MostGram;
        return (byGram, byGram ? gram : pairs);
    }

    /// <summary>Samples of a block; the last may have fewer.</summary>
    public static long BlockOf(long samples) => (samples + MostCells - 1) / MostCells;

    private static int Cells(long samples) => (int)((samples + BlockOf(samples) - 1) / BlockOf(samples));

    private static long SizeOf(int cell, long samples) => Math.Min(BlockOf(samples), samples - (cell * BlockOf(samples)));

    private static void ByPairs(JacobianFactors factors, double[,] sums, CancellationToken cancellation)
    {
        var (n, m, k) = (factors.Left.Shape[0], factors.Left.Shape[1], factors.Left.Shape[2]);
        var (d, block) = (factors.Diagonal.Count / (n * m), BlockOf(n));
        for (var j = 0L; j < n; j++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var i = 0L; i < n; i++)
            {
                sums[j / block, i / block] += i == j ? 0 : Block(factors, j, i, m, d, k, n);
            }
        }
    }

    /// <summary>‖A_j·P_i‖².</summary>
    private static double Block(JacobianFactors factors, long j, long i, long m, long d, long k, long n)
    {
        var sum = 0.0;
        for (var row = j * m; row < (j + 1) * m; row++)
        {
            for (var element = i * d; element < (i + 1) * d; element++)
            {
                var entry = 0.0;
                for (var statistic = 0L; statistic < k; statistic++)
                {
                    entry += factors.Left[(row * k) + statistic] * factors.Right[(statistic * n * d) + element];
                }

                sum += entry * entry;
            }
        }

        return sum;
    }

    /// <summary>Σ_j Σ_i ‖A_j·P_i‖² = ⟨Σ A_jᵀA_j, Σ P_iP_iᵀ⟩, the pairs i = j taken off again.</summary>
    private static void ByGram(JacobianFactors factors, double[,] sums, CancellationToken cancellation)
    {
        var (n, m, k) = (factors.Left.Shape[0], factors.Left.Shape[1], factors.Left.Shape[2]);
        var (d, cells) = (factors.Diagonal.Count / (n * m), sums.GetLength(0));
        var right = new double[cells][];
        for (var cell = 0; cell < cells; cell++)
        {
            right[cell] = new double[k * k];
            for (var sample = cell * BlockOf(n); sample < (cell * BlockOf(n)) + SizeOf(cell, n); sample++)
            {
                cancellation.ThrowIfCancellationRequested();
                for (var element = sample * d; element < (sample + 1) * d; element++)
                {
                    Add(right[cell], statistic => factors.Right[(statistic * n * d) + element], k);
                }

                sums[cell, cell] -= Block(factors, sample, sample, m, d, k, n);
            }
        }

        // Of the left ones there is one at a time.
        var left = new double[k * k];
        for (var row = 0; row < cells; row++)
        {
            Array.Clear(left);
            for (var output = row * BlockOf(n) * m; output < ((row * BlockOf(n)) + SizeOf(row, n)) * m; output++)
            {
                cancellation.ThrowIfCancellationRequested();
                Add(left, statistic => factors.Left[(output * k) + statistic], k);
            }

            for (var column = 0; column < cells; column++)
            {
                var (b, sum) = (right[column], sums[row, column]);
                for (var entry = 0; entry < left.Length; entry++)
                {
                    sum += left[entry] * b[entry];
                }

                sums[row, column] = Math.Max(0, sum);
            }
        }
    }

    private static void Add(double[] gram, Func<long, double> vector, long k)
    {
        for (var row = 0L; row < k; row++)
        {
            for (var column = 0L; column < k; column++)
            {
                gram[(row * k) + column] += vector(row) * vector(column);
            }
        }
    }
}
