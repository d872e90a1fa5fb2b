namespace GradService.Api.Figures.Panels;

/// <summary>A curve of more points than there are pixels: nothing that could be seen is left out.</summary>
internal static class Thinning
{
    /// <summary>The points to draw: where several fall into one column, the first, the lowest, the highest and the last; a gap stays a gap.</summary>
    /// <param name="x">Places from 0 to 1, in ascending order.</param>
    /// <param name="y">Values; NaN for a gap.</param>
    /// <param name="columns">How many columns there are.</param>
    public static IReadOnlyList<int> Of(IReadOnlyList<double> x, IReadOnlyList<double> y, int columns)
    {
        if (x.Count <= 2 * columns)
        {
            return [.. Enumerable.Range(0, x.Count)];
        }

        var kept = new List<int>();
        for (var (from, to) = (0, 0); from < x.Count; from = to)
        {
            var column = ColumnOf(x[from], columns);
            var (lowest, highest, gap) = (from, from, -1);
            for (to = from; to < x.Count && ColumnOf(x[to], columns) == column; to++)
            {
                gap = double.IsNaN(y[to]) ? to : gap;
                lowest = y[to] < y[lowest] || double.IsNaN(y[lowest]) ? to : lowest;
                highest = y[to] > y[highest] || double.IsNaN(y[highest]) ? to : highest;
            }

            kept.AddRange(new[] { from, lowest, highest, gap < 0 ? from : gap, to - 1 }.Distinct().Order());
        }

        return kept;
    }

    private static int ColumnOf(double x, int columns) => (int)(x * columns);
}
