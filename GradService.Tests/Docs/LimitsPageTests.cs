using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using GradService.Api.Serving.Admission;
using GradService.Domain.Budget;
using GradService.Tests.Api;
using GradService.Tests.Api.Networks;
using GradService.Tests.Api.Wire.Arrays;

namespace GradService.Tests.Docs;

/// <summary>The limits of docs/limits-and-errors.md: those that there are, each enforced as the page says.</summary>
public sealed class LimitsPageTests
{
    private static readonly Markdown Page = new(Repository.Read("docs/limits-and-errors.md"));

    private static readonly IReadOnlyList<PropertyInfo> Limits =
        [.. new[] { typeof(Limits), typeof(ComputeOptions) }.SelectMany(options => options.GetProperties()).Where(property => property.SetMethod is not null)];

    /// <summary>Defaults that the machine has a say in, as pages write them.</summary>
    internal static readonly IReadOnlyDictionary<string, string> OfTheMachine = new Dictionary<string, string>
    {
        ["ComputeThreads"] = "cores",
        ["MaxTotalNativeBytes"] = "half of the memory",
        ["MaxBufferedBytes"] = "a quarter of the memory",
    };

    /// <summary>What exceeds a limit: a value for it, and a request. Waiting and deadlines have their tests elsewhere.</summary>
    public static TheoryData<string, string, string> Excesses() => new()
    {
        { "MaxRequestBytes", "1024", Body(samples: 500, "sum") },
        { "MaxResultBytes", "1024", Body(samples: 20, "jacobian") },
        { "MaxNativeBytes", "1024", Body(samples: 100, "sum") },
        { "MaxParameters", "10", Body(samples: 3, "sum") },
        { "MaxLayers", "2", Body(samples: 3, "sum") },
        { "MaxNesting", "1", Body(samples: 3, "sum", """{ "type": "residual", "layers": [{ "type": "residual", "layers": [{ "type": "tanh" }] }] }""") },
        { "MaxPasses", "1", Body(samples: 3, "perSample") },
        { "MaxRowByRowWork", "10",
            Body(samples: 3, "derivatives", """{ "type": "batchNorm" }, { "type": "tanh" }, { "type": "batchNorm" }""", """, "order": 3""") },
        { "MaxOperationSeconds", "1", Body(samples: 6_000, "sum", """{ "type": "linear", "outFeatures": 4000 }, { "type": "linear", "outFeatures": 4000 }""") },
    };

    [Fact]
    public void They_are_the_limits_that_there_are() => Assert.Equal(Limits.Select(limit => limit.Name), Page.NamesInTable("limit"));

    [Fact]
    public async Task Their_defaults_are_those_in_force()
    {
        await using var application = new GradApplication();
        using var client = application.CreateClient();
        var inForce = JsonNode.Parse(await client.GetStringAsync("/v1/capabilities"))!["limits"]!;
        Assert.All(OfTheMachine, limit => Assert.Equal(limit.Value, Row(limit.Key)[1]));
        Assert.All(Limits.Where(limit => !OfTheMachine.ContainsKey(limit.Name)), limit =>
            Assert.Equal(inForce[char.ToLowerInvariant(limit.Name[0]) + limit.Name[1..]]!.GetValue<double>(), Number(Row(limit.Name)[1])));
    }

    [Fact]
    public void Their_ranges_are_those_that_the_service_starts_with() =>
        Assert.All(Limits, limit =>
        {
            var range = limit.GetCustomAttribute<RangeAttribute>()!;
            Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"{range.Minimum} to {range.Maximum}"), Row(limit.Name)[3]);
        });

    [Fact]
    public void Their_units_are_those_in_their_names() =>
        Assert.All(Limits, limit =>
        {
            Assert.Equal(limit.Name.EndsWith("Bytes", StringComparison.Ordinal), Row(limit.Name)[2] == "bytes");
            Assert.Equal(limit.Name.EndsWith("Seconds", StringComparison.Ordinal), Row(limit.Name)[2] == "seconds");
        });

    [Theory]
    [MemberData(nameof(Excesses))]
    public async Task What_exceeds_a_limit_is_refused_with_the_status_of_the_table_and_the_name_of_the_limit(string limit, string value, string request)
    {
        await using var application = new GradApplication { Settings = [($"Limits:{limit}", value)] };
        var answer = await ProblemAnswer.PostAsync(application, "/v1/gradients", request);
        Assert.Equal(Row(limit)[4], answer.Status.ToString(CultureInfo.InvariantCulture));
        Assert.Contains($"(limit {limit})", answer.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_exceeds_its_limit_is_refused_with_the_status_of_the_table_and_the_name_of_the_limit()
    {
        await using var application = new GradApplication { Settings = [("Limits:MaxUploadBytes", "1024")] };
        var answer = await ProblemAnswer.PostAsync(application, "/v1/networks/upload", NetworkRequests.Form(SafetensorsFile.SpecOfPyTorch, new byte[1025]));
        Assert.Equal(Row("MaxUploadBytes")[4], answer.Status.ToString(CultureInfo.InvariantCulture));
        Assert.Contains("(limit MaxUploadBytes)", answer.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_limit_on_a_single_request_is_exceeded_here() =>
        Assert.Equal(typeof(Limits).GetProperties().Select(limit => limit.Name).Except(["MaxUploadBytes"]), Excesses().Select(excess => (string)excess[0]));

    [Fact]
    public void Waiting_and_deadlines_have_the_statuses_of_their_examples()
    {
        Assert.Equal(("requests wait", "429", "503"), (Row("ComputeThreads")[4], Row("QueueLength")[4], Row("DeadlineSeconds")[4]));
        Assert.Equal(("requests wait; 413 alone", "503; 413 alone"), (Row("MaxTotalNativeBytes")[4], Row("MaxBufferedBytes")[4]));
        Assert.Contains("(limit QueueLength)", ExampleOf(429), StringComparison.Ordinal);
        Assert.Contains("(limit DeadlineSeconds)", ExampleOf(503), StringComparison.Ordinal);
    }

    private static string[] Row(string limit) => Page.Table("limit").Single(row => row[0] == $"`{limit}`");

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string ExampleOf(int status) =>
        Page.CodeBlocks.Single(block => block.Language == "json" && JsonNode.Parse(block.Text)!["status"]!.GetValue<int>() == status).Text;

    private static string Body(int samples, string kind, string between = """{ "type": "tanh" }, { "type": "batchNorm" }""", string more = "") => $$"""
        {
          "network": { "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 4 }, {{between}}, { "type": "linear", "outFeatures": 2 }] },
          "inputs": [{{string.Join(", ", Enumerable.Range(0, samples).Select(sample => $"[{sample}]"))}}],
          "gradient": { "kind": "{{kind}}"{{more}} }
        }
        """;
}
