using System.Text.Json.Nodes;
using GradService.Tests.Api;
using GradService.Tests.Oracles;

namespace GradService.Tests.Goldens;

/// <summary>Every kind of gradient of every golden case, through HTTP, against PyTorch's figures.</summary>
[Collection(SharedApplication.Name)]
public sealed class GoldenTests(GradApplication application)
{
    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (var file in new[] { "layers.json", "convolutions.json", "modes.json", "forum.json" })
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
    public async Task Outputs_gradients_and_statistics_are_PyTorchs(string file, string name)
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
            var wanted = kind is "vjp" or "jvp" ? expected[kind]!["gradients"] : expected[kind];
            Numbers.AssertClose(Numbers.Of(wanted), Numbers.Of(answer["gradients"]), tolerance, $"{name} {kind}", kind == "sum" ? Math.Max(scale, Numbers.Of(wanted).MaxAbsolute) : null);
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
