namespace GradService.Fuzz.Search;

/// <summary>By the nearest rank.</summary>
internal static class Percentile
{
    /// <returns>0 of nothing.</returns>
    public static double Of(IReadOnlyCollection<double> values, double share) =>
        values.Count == 0 ? 0 : values.Order().ElementAt((int)Math.Ceiling(share * values.Count) - 1);
}
