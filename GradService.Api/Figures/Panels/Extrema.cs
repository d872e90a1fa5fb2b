namespace GradService.Api.Figures.Panels;

/// <summary>Where a curve turns.</summary>
internal static class Extrema
{
    /// <summary>Turns by less of the curve's range are ripples, of rounding for one.</summary>
    private const double Ripple = 0.01;

    /// <summary>More turns would hide the curve.</summary>
    private const int Most = 8;

    /// <summary>
    /// The points, not counting the ends, at which a curve has risen and then falls or the other way round, each by more than a ripple;
    /// none where they are many.
    /// </summary>
    public static IReadOnlyList<int> Of(IReadOnlyList<double> values)
    {
        var drawn = Enumerable.Range(0, values.Count).Where(i => AxisScale.IsDrawn(values[i])).ToList();
        if (drawn.Count < 3)
        {
            return [];
        }

        var ripple = Ripple * (drawn.Max(i => values[i]) - drawn.Min(i => values[i]));
        var turns = new List<int>();
        var (lowest, highest, rising) = (drawn[0], drawn[0], 0);
        foreach (var i in drawn)
        {
            lowest = values[i] < values[lowest] ? i : lowest;
            highest = values[i] > values[highest] ? i : highest;
            if (rising >= 0 && values[highest] - values[i] > ripple)
            {
                Turn(highest);
                (lowest, rising) = (i, -1);
            }
            else if (rising <= 0 && values[i] - values[lowest] > ripple)
            {
                Turn(lowest);
                (highest, rising) = (i, 1);
            }
        }

        return turns.Count > Most ? [] : turns;

        void Turn(int at)
        {
            if (at != drawn[0])
            {
                turns.Add(at);
            }
        }
    }
}
