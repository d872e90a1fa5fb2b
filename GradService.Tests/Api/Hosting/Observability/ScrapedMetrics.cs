using System.Text.RegularExpressions;

namespace GradService.Tests.Api.Hosting.Observability;

/// <summary>What /metrics serves once a service has done all that it counts: names of samples, each with the labels that it has.</summary>
internal sealed partial class ScrapedMetrics
{
    private static readonly Lazy<Task<ScrapedMetrics>> Once = new(AskAsync);

    private readonly Dictionary<string, HashSet<string>> _labels = [];

    private ScrapedMetrics(string text)
    {
        foreach (Match sample in Sample().Matches(text))
        {
            if (!_labels.TryGetValue(sample.Groups[1].Value, out var labels))
            {
                _labels.Add(sample.Groups[1].Value, labels = []);
            }

            labels.UnionWith(Label().Matches(sample.Groups[2].Value).Select(label => label.Groups[1].Value));
        }

        Families = [.. Type().Matches(text).Select(type => type.Groups[1].Value)];
    }

    /// <summary>Names that have a type; a histogram is one of them, its buckets are not.</summary>
    public IReadOnlyList<string> Families { get; }

    /// <summary>Names of samples.</summary>
    public IEnumerable<string> Names => _labels.Keys;

    public IReadOnlySet<string> LabelsOf(string name) => _labels[name];

    /// <summary>Of a process of its own: services that share one would count, and stop counting, together.</summary>
    public static Task<ScrapedMetrics> OfServiceAsync() => Once.Value;

    private static async Task<ScrapedMetrics> AskAsync()
    {
        using var service = new ServiceProcess("--urls=http://127.0.0.1:0");
        var address = (await service.UntilAsync("Now listening on: ")).Split(' ')[^1];
        using var client = new HttpClient();
        foreach (var request in new[] { GoodRequests.Gradient().ToJsonString(), "{" })
        {
            using var content = new StringContent(request, System.Text.Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync($"{address}/v1/gradients", content);
        }

        return new ScrapedMetrics(await client.GetStringAsync($"{address}/metrics"));
    }

    [GeneratedRegex(@"^([a-z_][a-z0-9_]*)(?:\{(.*)\})? [^ \n]+", RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex(@"([a-z_][a-z0-9_]*)=""")]
    private static partial Regex Label();

    [GeneratedRegex("^# TYPE ([a-z0-9_]+) ", RegexOptions.Multiline)]
    private static partial Regex Type();
}
