using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GradService.Tests.Docs;

namespace GradService.Tests.Api.Hosting.Observability;

/// <summary>Every query of the dashboard asks for what /metrics serves.</summary>
public sealed partial class DashboardTests
{
    private static IEnumerable<string> Queries => JsonNode.Parse(Repository.Read("observability/dashboard.json"))!["panels"]!.AsArray()
        .SelectMany(panel => panel!["targets"]!.AsArray().Select(target => (string)target!["expr"]!));

    [Fact]
    public async Task Every_metric_that_it_asks_for_is_served_with_the_labels_that_it_names()
    {
        var served = await ScrapedMetrics.OfServiceAsync();
        Assert.NotEmpty(Queries);
        Assert.All(Queries, query =>
        {
            var (metric, labels) = Read(query);
            Assert.True(served.Names.Contains(metric), $"{metric} is not served: {query}");
            Assert.All(labels, label => Assert.True(served.LabelsOf(metric).Contains(label), $"{metric} has no label {label}: {query}"));
        });
    }

    [Fact]
    public async Task All_that_the_service_counts_of_itself_is_shown()
    {
        var shown = Queries.Select(query => Read(query).Metric).ToList();
        Assert.All((await ScrapedMetrics.OfServiceAsync()).Families.Where(family => family.StartsWith("gradservice_", StringComparison.Ordinal)),
            family => Assert.Contains(shown, metric => metric.StartsWith(family, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("sum by (le, a) (rate(x_bucket{b=~\"c.*\"}[$__rate_interval]))", "x_bucket", "a, b, le")]
    [InlineData("histogram_quantile(0.99, sum by (le) (rate(x_bucket[5m])))", "x_bucket", "le")]
    [InlineData("x_total", "x_total", "")]
    public void A_query_is_read_as_Prometheus_reads_it(string query, string metric, string labels)
    {
        var read = Read(query);
        Assert.Equal((metric, labels), (read.Metric, string.Join(", ", read.Labels.Order(StringComparer.Ordinal))));
    }

    [Theory]
    [InlineData("x + y")]
    [InlineData("delta(x[5m])")]
    public void What_this_test_cannot_read_fails_it(string query) => Assert.ThrowsAny<Exception>(() => Read(query));

    /// <summary>The one metric of a query, and the labels that it groups or picks by.</summary>
    private static (string Metric, IReadOnlyList<string> Labels) Read(string query)
    {
        var by = By().Matches(query).SelectMany(match => match.Groups[1].Value.Split(", "));
        var picked = Picked().Matches(query).Select(match => match.Groups[1].Value);
        var rest = Range().Replace(Braces().Replace(By().Replace(query, ""), ""), "");
        var metric = Assert.Single(Name().Matches(rest).Select(match => match.Value).Except(["histogram_quantile", "sum", "rate"]));
        return (metric, [.. by.Concat(picked).Distinct()]);
    }

    [GeneratedRegex(@"by \(([^)]*)\)")]
    private static partial Regex By();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Braces();

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Range();

    [GeneratedRegex(@"(\w+)(?==~?"")")]
    private static partial Regex Picked();

    [GeneratedRegex("[a-z_][a-z0-9_]*")]
    private static partial Regex Name();
}
