using System.Text.Json.Nodes;
using GradService.Tests.Docs;
using YamlDotNet.Serialization;

namespace GradService.Tests.Deployment;

/// <summary>Prometheus and Grafana beside the service: their files fit each other, where nothing can run them.</summary>
public sealed class ObservabilityProfileTests
{
    private static readonly string[] Observers = ["prometheus", "grafana"];

    public static TheoryData<string> Names => [.. Observers];

    [Fact]
    public void They_are_started_by_their_profile_alone()
    {
        Assert.Equal(["gradservice", .. Observers], ComposeFile.Services.Keys);
        Assert.All(Observers, name => Assert.Equal(["observability"], ComposeFile.Services[name].List("profiles")));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_is_seen_from_this_machine_alone_at_a_version_of_its_own_and_with_no_privileges(string name)
    {
        var service = ComposeFile.Services[name];
        Assert.All(service.List("ports"), port => Assert.StartsWith("127.0.0.1:", port, StringComparison.Ordinal));
        Assert.Matches(@":v?\d+\.\d+\.\d+$", service.Text("image"));
        Assert.Equal(["ALL"], service.List("cap_drop"));
        Assert.Equal(["no-new-privileges:true"], service.List("security_opt"));
    }

    [Fact]
    public void Files_that_they_are_given_are_there_and_cannot_be_written() =>
        Assert.All(Files(), file => Assert.True(Repository.Has(file.Source) && file.IsReadOnly, $"{file.Source} is not there, or may be written"));

    [Fact]
    public void No_file_of_the_folder_is_left_over() =>
        Assert.Equal(Directory.EnumerateFiles(Repository.PathOf("observability")).Select(file => $"observability/{Path.GetFileName(file)}")
            .Order(StringComparer.Ordinal), Files().Select(file => file.Source).Order(StringComparer.Ordinal));

    [Fact]
    public void Prometheus_reads_the_file_that_it_is_given_and_asks_the_service()
    {
        var job = Yaml("observability/prometheus.yml")["scrape_configs"]![0]!;
        Assert.Contains($"--config.file={Mounted("observability/prometheus.yml")}", ComposeFile.Services["prometheus"].List("command"));
        Assert.Equal($"gradservice:{Dockerfile.OfTheProject.Image.Only("EXPOSE").Arguments}", (string)job["static_configs"]![0]!["targets"]![0]!);
        Assert.Equal("/metrics", (string)job["metrics_path"]!);
    }

    [Fact]
    public void Grafana_finds_Prometheus_and_the_dashboard()
    {
        var source = Yaml("observability/grafana-datasource.yml")["datasources"]![0]!;
        Assert.Equal("http://prometheus:9090", (string)source["url"]!);
        Assert.StartsWith("/etc/grafana/provisioning/datasources/", Mounted("observability/grafana-datasource.yml"), StringComparison.Ordinal);
        Assert.StartsWith("/etc/grafana/provisioning/dashboards/", Mounted("observability/grafana-dashboards.yml"), StringComparison.Ordinal);
        Assert.Equal((string)Yaml("observability/grafana-dashboards.yml")["providers"]![0]!["options"]!["path"]!,
            Path.GetDirectoryName(Mounted("observability/dashboard.json")));
        Assert.Equal(Mounted("observability/dashboard.json"), ComposeFile.Services["grafana"].Environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]);
        Assert.All(JsonNode.Parse(Repository.Read("observability/dashboard.json"))!["panels"]!.AsArray(),
            panel => Assert.Equal((string)source["uid"]!, (string)panel!["datasource"]!["uid"]!));
    }

    private static string Mounted(string source) => Files().Single(file => file.Source == source).Target;

    /// <summary>What is mounted from the project's folder.</summary>
    private static IEnumerable<(string Source, string Target, bool IsReadOnly)> Files() =>
        Observers.SelectMany(name => ComposeFile.Services[name].List("volumes"))
            .Where(volume => volume.StartsWith("./", StringComparison.Ordinal)).Select(volume => volume.Split(':'))
            .Select(parts => (parts[0][2..], parts[1], parts is [_, _, "ro"]));

    private static JsonNode Yaml(string path) =>
        JsonNode.Parse(new SerializerBuilder().JsonCompatible().Build()
            .Serialize(new DeserializerBuilder().Build().Deserialize<object>(Repository.Read(path))))!;
}
