using GradService.Api.Figures.Panels;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Separation;

namespace GradService.Tests.Api.Figures;

/// <summary>The map of the coupling beside the Jacobian itself, multiplied out.</summary>
public sealed class CouplingMapTests
{
    /// <summary>N samples, M outputs, D inputs, K statistics: few and many, and on both ways of summing up.</summary>
    [Theory]
    [InlineData(5, 1, 1, 3)]
    [InlineData(64, 2, 3, 4)]
    [InlineData(65, 1, 1, 2)]
    [InlineData(100, 1, 2, 6)]
    [InlineData(700, 1, 1, 2)]
    [InlineData(700, 2, 1, 3)]
    [InlineData(130, 1, 1, 0)]
    [InlineData(1, 1, 1, 2)]
    public void Its_cells_are_root_mean_squares_over_the_pairs_of_their_blocks(int n, int m, int d, int k)
    {
        var random = new Random(n + k);
        var factors = new JacobianFactors { Diagonal = Random(n, m, d), Left = Random(n, m, k), Right = Random(k, n, d) };
        var map = CouplingMap.Of(factors, CancellationToken.None);
        var block = (int)Math.Ceiling(n / 64.0);
        var cells = (int)Math.Ceiling(n / (double)block);
        var (sums, counts) = (new double[cells, cells], new int[cells, cells]);
        for (var j = 0; j < n; j++)
        {
            for (var i = 0; i < n; i++)
            {
                if (i != j)
                {
                    counts[j / block, i / block]++;
                    sums[j / block, i / block] += Block(factors, j, i, m, d, k, n);
                }
            }
        }

        Assert.Equal((cells, cells), (map.GetLength(0), map.GetLength(1)));
        for (var row = 0; row < cells; row++)
        {
            for (var column = 0; column < cells; column++)
            {
                var expected = Math.Sqrt(sums[row, column] / counts[row, column]);
                Assert.True(counts[row, column] == 0 ? double.IsNaN(map[row, column]) : Math.Abs(map[row, column] - expected) <= 1e-7 * Math.Max(1, expected),
                    $"[{row}, {column}]: {map[row, column]} beside {expected}");
            }
        }

        NdArray Random(params long[] shape)
        {
            var size = shape.Aggregate(1L, (product, each) => product * each);
            return new NdArray(new Shape(shape), [.. Enumerable.Range(0, (int)size).Select(_ => random.NextDouble() - 0.5)]);
        }
    }

    [Fact]
    public void A_map_that_would_take_too_long_is_refused_before_it_is_begun()
    {
        var factors = new JacobianFactors
        {
            Diagonal = NdArray.Allocate(new Shape(3_000, 1, 1), Dtype.Float32),
            Left = NdArray.Allocate(new Shape(3_000, 1, 900), Dtype.Float32),
            Right = NdArray.Allocate(new Shape(900, 3_000, 1), Dtype.Float32),
        };
        Assert.Equal(FaultCode.TooLarge, Assert.Throws<FaultException>(() => CouplingMap.Of(factors, CancellationToken.None)).Faults[0].Code);
    }

    [Fact]
    public void Whoever_goes_away_ends_it()
    {
        var factors = new JacobianFactors
        {
            Diagonal = NdArray.Allocate(new Shape(300, 1, 1), Dtype.Float32),
            Left = NdArray.Allocate(new Shape(300, 1, 2), Dtype.Float32),
            Right = NdArray.Allocate(new Shape(2, 300, 1), Dtype.Float32),
        };
        Assert.Throws<OperationCanceledException>(() => CouplingMap.Of(factors, new CancellationToken(canceled: true)));
    }

    private static double Block(JacobianFactors factors, int j, int i, int m, int d, int k, int n)
    {
        var sum = 0.0;
        for (var (row, element) = (j * m, i * d); row < (j + 1) * m; (row, element) = element + 1 < (i + 1) * d ? (row, element + 1) : (row + 1, i * d))
        {
            var entry = Enumerable.Range(0, k).Sum(statistic => factors.Left[(row * k) + statistic] * factors.Right[(statistic * n * d) + element]);
            sum += entry * entry;
        }

        return sum;
    }
}
