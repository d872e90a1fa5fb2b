using System.Globalization;
using GradService.Tests.Docs;
using YamlDotNet.Serialization;

namespace GradService.Tests.Deployment;

/// <summary>A service of docker-compose.yml.</summary>
internal sealed class ComposeFile
{
    private readonly Dictionary<object, object> _service;

    private ComposeFile(Dictionary<object, object> service) => _service = service;

    /// <summary>All services, by name.</summary>
    public static IReadOnlyDictionary<string, ComposeFile> Services { get; } = new DeserializerBuilder().Build()
        .Deserialize<Dictionary<string, Dictionary<string, Dictionary<object, object>>>>(Repository.Read("docker-compose.yml"))["services"]
        .ToDictionary(service => service.Key, service => new ComposeFile(service.Value));

    /// <summary>The one that is always started.</summary>
    public static ComposeFile OfTheProject => Assert.Single(Services, service => !service.Value.Has("profiles")).Value;

    public bool Has(string key) => _service.ContainsKey(key);

    public string Text(string key) => Assert.IsType<string>(_service[key]);

    public IReadOnlyList<string> List(string key) => [.. Assert.IsType<List<object>>(_service[key]).Cast<string>()];

    public IReadOnlyDictionary<string, string> Environment =>
        Assert.IsType<Dictionary<object, object>>(_service["environment"]).ToDictionary(pair => (string)pair.Key, pair => (string)pair.Value);

    /// <summary>"4g" in bytes.</summary>
    public long Bytes(string key)
    {
        var text = Text(key);
        var unit = "bkmg".IndexOf(text[^1], StringComparison.Ordinal);
        return long.Parse(text[..^1], CultureInfo.InvariantCulture) << (10 * unit);
    }

    public double Seconds(string key)
    {
        var text = Text(key);
        Assert.EndsWith("s", text, StringComparison.Ordinal);
        return double.Parse(text[..^1], CultureInfo.InvariantCulture);
    }
}
