namespace GradService.Fuzz.Storm;

/// <summary>A straight line through points, by least squares.</summary>
/// <param name="Growth">How much it rises from the first point to the last.</param>
/// <param name="Error">The standard error of that.</param>
internal sealed record Slope(double Growth, double Error)
{
    /// <summary>Whether it rises no more than that, but for what the scatter of the points explains.</summary>
    public bool IsWithin(double allowance) => Growth - (2 * Error) < allowance;

    /// <param name="points">At least three.</param>
    public static Slope Through(IReadOnlyList<(double X, double Y)> points)
    {
        var (meanX, meanY) = (points.Average(point => point.X), points.Average(point => point.Y));
        var spread = points.Sum(point => (point.X - meanX) * (point.X - meanX));
        var slope = points.Sum(point => (point.X - meanX) * (point.Y - meanY)) / spread;
        var residual = points.Sum(point => Math.Pow(point.Y - meanY - (slope * (point.X - meanX)), 2)) / (points.Count - 2);
        var length = points[^1].X - points[0].X;
        return new Slope(slope * length, Math.Sqrt(residual / spread) * length);
    }
}
