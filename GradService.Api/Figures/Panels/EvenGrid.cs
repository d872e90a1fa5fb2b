namespace GradService.Api.Figures.Panels;

/// <summary>Samples that are the crossings of evenly spaced lines, each once, in whatever order.</summary>
internal static class EvenGrid
{
    /// <summary>Lines may be off their places by this part of their spacing.</summary>
    private const double Tolerance = 1e-3;

    /// <summary>The sample at each row, by ascending y, and column, by ascending x; null where they are no such grid.</summary>
    public static int[,]? Find(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        var (columns, rows) = (Lines(x), Lines(y));
        if (columns is null || rows is null || (long)columns.Count * rows.Count != x.Count)
        {
            return null;
        }

        var grid = new int[rows.Count, columns.Count];
        var taken = new bool[rows.Count, columns.Count];
        for (var i = 0; i < x.Count; i++)
        {
            var (row, column) = (Nearest(rows, y[i]), Nearest(columns, x[i]));
            if (taken[row, column])
            {
                return null;
            }

            (grid[row, column], taken[row, column]) = (i, true);
        }

        return grid;
    }

    /// <summary>The distinct values, where there are two at least and they are evenly spaced.</summary>
    private static List<double>? Lines(IReadOnlyList<double> values)
    {
        var sorted = values.Order().ToList();
        var least = Tolerance * (sorted[^1] - sorted[0]) / values.Count;
        var lines = new List<double> { sorted[0] };
        lines.AddRange(sorted.Where((value, i) => i > 0 && value - sorted[i - 1] > least));
        var spacing = (lines[^1] - lines[0]) / (lines.Count - 1);
        return lines.Count >= 2 && double.IsFinite(spacing)
            && lines.Select((line, i) => Math.Abs(line - lines[0] - (i * spacing))).All(off => off <= Tolerance * spacing) ? lines : null;
    }

    private static int Nearest(List<double> lines, double value) =>
        (int)Math.Clamp(Math.Round((value - lines[0]) / (lines[^1] - lines[0]) * (lines.Count - 1)), 0, lines.Count - 1);
}
