using System.Globalization;

namespace GradService.Fuzz.Storm;

/// <summary>What /metrics says at one time.</summary>
internal sealed class MetricsPage
{
    private readonly string[] _lines;

    private MetricsPage(string text) => _lines = text.Split('\n');

    public static async Task<MetricsPage> TakeAsync(HttpClient client, CancellationToken cancellation = default) =>
        new(await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), cancellation));

    /// <summary>A metric, added up over its labels, or over those that have this text among them; NaN where it is not served.</summary>
    public double Sum(string metric, string label = "") => _lines
        .Where(line => line.StartsWith(metric, StringComparison.Ordinal) && line.AsSpan(metric.Length) is ['{' or ' ', ..])
        .Where(line => line.Contains(label, StringComparison.Ordinal))
        .Select(line => double.Parse(line[Math.Max(metric.Length, line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture))
        .DefaultIfEmpty(double.NaN).Sum();

    /// <summary>The same, 0 where nothing has been counted yet.</summary>
    public double Counted(string metric) => Sum(metric) is var sum && double.IsNaN(sum) ? 0 : sum;
}
