using GradService.Api.Figures.Panels;

namespace GradService.Tests.Api.Figures;

/// <summary>Where curves turn, what is left of them where there are too few pixels, and what is an even grid.</summary>
public sealed class CurveShapeTests
{
    [Fact]
    public void A_wave_turns_at_its_crests_and_troughs() =>
        Assert.Equal([25, 75, 125, 175], Extrema.Of([.. Enumerable.Range(0, 201).Select(i => Math.Sin(2 * Math.PI * i / 100))]));

    [Fact]
    public void Ends_are_no_turns_and_neither_are_ripples()
    {
        Assert.Empty(Extrema.Of([.. Enumerable.Range(0, 100).Select(i => (double)i)]));
        Assert.Empty(Extrema.Of([.. Enumerable.Range(0, 100).Select(i => i + (0.6 * (i % 2)))]));
        Assert.Empty(Extrema.Of([3, 3, 3, 3]));
        Assert.Empty(Extrema.Of([1, 2]));
        Assert.Empty(Extrema.Of([]));
    }

    [Fact]
    public void What_is_not_finite_is_passed_over() => Assert.Equal([3], Extrema.Of([0, double.NaN, 1, 2, double.PositiveInfinity, 1, 0]));

    [Fact]
    public void So_many_turns_that_they_would_hide_the_curve_are_none() => Assert.Empty(Extrema.Of([.. Enumerable.Range(0, 100).Select(i => (double)(i % 2))]));

    [Fact]
    public void A_thinned_curve_keeps_its_peaks_its_gaps_and_its_ends()
    {
        double[] x = [.. Enumerable.Range(0, 10_000).Select(i => i / 9_999.0)], y = [.. x.Select(value => Math.Sin(9 * value))];
        (y[4_321], y[6_543], y[7_777]) = (50, -50, double.NaN);
        var kept = Thinning.Of(x, y, 100);
        Assert.InRange(kept.Count, 100, 505);
        Assert.Subset(kept.ToHashSet(), new HashSet<int> { 0, 4_321, 6_543, 7_777, 9_999 });
        Assert.Equal(kept.Order().Distinct(), kept);
    }

    [Fact]
    public void A_curve_of_few_points_keeps_them_all() =>
        Assert.Equal(Enumerable.Range(0, 150), Thinning.Of([.. Enumerable.Range(0, 150).Select(i => i / 149.0)], new double[150], 100));

    [Fact]
    public void A_grid_is_found_in_any_order_and_with_rounded_numbers()
    {
        var samples = (from row in Enumerable.Range(0, 4) from column in Enumerable.Range(0, 5) select (X: (float)(column / 3.0),
            Y: (double)(float)(1 - (row / 7.0)), Row: 3 - row, Column: column)).OrderBy(sample => (sample.Column * 7) % 5).ToList();
        var grid = EvenGrid.Find([.. samples.Select(sample => (double)sample.X)], [.. samples.Select(sample => sample.Y)])!;
        Assert.Equal((4, 5), (grid.GetLength(0), grid.GetLength(1)));
        Assert.All(Enumerable.Range(0, 20), i => Assert.Equal(i, grid[samples[i].Row, samples[i].Column]));
    }

    [Theory]
    [InlineData("0 0, 1 0, 0 1, 1 0.5")]
    [InlineData("0 0, 1 0, 0 1, 0 1")]
    [InlineData("0 0, 1 0, 3 0, 0 1, 1 1, 3 1")]
    [InlineData("0 0, 1 0, 2 0")]
    [InlineData("0 0")]
    [InlineData("0 0, 0 0, 1e308 1e308, -1e308 1")]
    public void Other_samples_are_no_grid(string samples)
    {
        var points = samples.Split(", ")
            .Select(point => point.Split(' ').Select(number => double.Parse(number, System.Globalization.CultureInfo.InvariantCulture)).ToArray()).ToList();
        Assert.Null(EvenGrid.Find([.. points.Select(point => point[0])], [.. points.Select(point => point[1])]));
    }
}
