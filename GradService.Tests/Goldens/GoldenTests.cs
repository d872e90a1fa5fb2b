using System.Text.Json.Nodes;
using GradService.Tests.Api;
using GradService.Tests.Oracles;

namespace GradService.Tests.Goldens;

/// <summary>Every kind of gradient of every golden case, through HTTP, against PyTorch's figures.</summary>
[Collection(SharedApplication.Name)]
[Trait("Lane", "Slow")]
public sealed class GoldenTests(GradApplication application, GoldenTests.TensorApplication tensors) : IClassFixture<GoldenTests.TensorApplication>
{
    /// <summary>The service without its dense engine.</summary>
    public sealed class TensorApplication : GradApplication
    {
        public TensorApplication() => Settings = [("Engine:Dense", "false")];
    }

    /// <summary>Cases over vectors, which the dense engine may take.</summary>
    public static TheoryData<string, string> VectorCases()
    {
        var data = new TheoryData<string, string>();
        foreach (var (file, name) in Cases().Select(row => ((string)row[0], (string)row[1])))
        {
            if (GoldenFiles.Cases(file)[name]["request"]!["network"]!["inputShape"]!.AsArray().Count == 1)
            {
                data.Add(file, name);
            }
        }

        return data;
    }

    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (var file in new[] { "layers.json", "convolutions.json", "branches.json", "modes.json", "renorm.json", "forum.json" })
        {
            foreach (var name in GoldenFiles.Cases(file).Keys)
            {
                data.Add(file, name);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public Task Outputs_gradients_and_statistics_are_PyTorchs(string file, string name) => AssertGoldenAsync(application, file, name);

    [Theory]
    [MemberData(nameof(VectorCases))]
    public Task Those_over_vectors_are_by_tensors_alone_too(string file, string name) => AssertGoldenAsync(tensors, file, name, "tensor");

    [Fact]
    public async Task Chains_over_vectors_are_taken_by_the_dense_engine()
    {
        var request = GoldenFiles.Cases("forum.json")["forum/train/float32"]["request"]!.DeepClone();
        request["gradient"] = new JsonObject { ["kind"] = "sum" };
        Assert.Equal("dense", (await application.SucceedAsync("/v1/gradients", request))["diagnostics"]!["engine"]!["name"]!.GetValue<string>());
    }

    private static async Task AssertGoldenAsync(GradApplication application, string file, string name, string? engine = null)
    {
        var golden = GoldenFiles.Cases(file)[name];
        var expected = golden["expected"]!;
        var tolerance = name.EndsWith("float64", StringComparison.Ordinal) ? 1e-12 : 1e-4;

        // What cancels in the sum over samples leaves rounding noise of the size of what was summed.
        var scale = Numbers.Of(expected["perSample"]).MaxAbsolute;
        foreach (var (kind, fields) in Kinds(expected))
        {
            var request = golden["request"]!.DeepClone();
            request["gradient"] = fields;
            var answer = await application.SucceedAsync("/v1/gradients", request);
            Assert.True(engine is null || answer["diagnostics"]!["engine"]!["name"]!.GetValue<string>() == engine);
            var wanted = kind is "vjp" or "jvp" ? expected[kind]!["gradients"] : expected[kind];
            Numbers.AssertClose(Numbers.Of(wanted), Numbers.Of(answer["gradients"]), tolerance, $"{name} {kind}",
                kind == "sum" ? Math.Max(scale, Numbers.Of(wanted).MaxAbsolute) : null);
            Numbers.AssertClose(Numbers.Of(expected["outputs"]), Numbers.Of(answer["outputs"]), tolerance, $"{name} outputs");
            GoldenStatistics.AssertClose(expected["batchNorm"]!.AsObject(), answer["batchNorm"]!["layers"]!.AsArray(), tolerance, name);
        }
    }

    private static IEnumerable<(string Kind, JsonObject Fields)> Kinds(JsonNode expected)
    {
        yield return ("sum", new JsonObject { ["kind"] = "sum" });
        yield return ("perSample", new JsonObject { ["kind"] = "perSample" });
        yield return ("perSample", new JsonObject { ["kind"] = "perSample", ["strategy"] = "rowByRow" });
        yield return ("perSample", new JsonObject { ["kind"] = "perSample", ["strategy"] = "structured" });
        if (expected["jacobian"] is not null)
        {
            yield return ("jacobian", new JsonObject { ["kind"] = "jacobian", ["strategy"] = "structured" });
            yield return ("jacobian", new JsonObject { ["kind"] = "jacobian" });
            yield return ("jacobian", new JsonObject { ["kind"] = "jacobian", ["strategy"] = "rowByRow" });
        }

        yield return ("vjp", new JsonObject { ["kind"] = "vjp", ["cotangent"] = expected["vjp"]!["cotangent"]!.DeepClone() });
        yield return ("jvp", new JsonObject { ["kind"] = "jvp", ["tangent"] = expected["jvp"]!["tangent"]!.DeepClone() });
    }
}
