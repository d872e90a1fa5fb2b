using System.Text.Json.Nodes;
using GradService.Fuzz.Mutations;

namespace GradService.Fuzz.Search;

/// <summary>What the search starts from.</summary>
internal static class SeedCandidates
{
    /// <summary>The good requests to every endpoint, their arrays as marks, so that they can grow.</summary>
    public static IReadOnlyList<Candidate> Good { get; } =
    [
        .. GoodRequest.All.Where(good => good.Method == "POST").Select(good => new Candidate("POST", good.Path, Marked(good), Accept: good.Accept)),
        new("PUT", "/v1/names/moved", JsonNode.Parse($$"""{ "id": "{{ServedNetwork.Id}}" }""")),
        Got("/v1/networks"), Got($"/v1/networks/{ServedNetwork.Id}"), Got($"/v1/names/{ServedNetwork.Name}"), Got("/v1/capabilities"), Got("/Info"),
        Got($"/tesseract/{ServedNetwork.Name}/openapi.json"),
        Got($"/v1/networks/{ServedNetwork.Id}/parameters", MutatedRequest.Json), Got($"/v1/networks/{ServedNetwork.Id}/parameters", MutatedRequest.Npz),
        Forward("[1, 16, 16]", """{ "type": "conv2d", "outChannels": 4, "kernelSize": 3, "padding": "same" }, { "type": "batchNorm" }, { "type": "relu" }"""),
        Forward("[1, 16, 16]", """{ "type": "maxPool2d", "kernelSize": 3, "stride": 1 }"""),
        Forward("[1, 8, 8, 8]", """{ "type": "avgPool3d", "kernelSize": 3, "stride": 1 }"""),
        Forward("[1, 16]", """{ "type": "adaptiveAvgPool1d", "outputSize": 8 }, { "type": "conv1d", "outChannels": 4, "kernelSize": 3 }"""),
        .. new[] { "sum", "perSample", "jacobian", "laplacian", "hessian" }.Select(kind => Gradient(
            "[3]", """{ "type": "linear", "outFeatures": 20 }, { "type": "layerNorm" }, { "type": "tanh" }, { "type": "linear", "outFeatures": 2 }""", kind)),
        Objective("[2]", """{ "name": "pde", "on": "interior", "residual": { "$formula": "u_xx", "plus": "+x*u", "times": 2 } }"""),
        Posted("/Evaluate", """{ "name": "wide", "input": [{ "$array": ["N*3"], "as": "list" }], "config": {} }"""),
        Posted("/Gradient", """
            {
              "name": "wide", "outWrt": 0, "inWrt": 0, "input": [{ "$array": ["N*3"], "as": "list" }], "sens": { "$array": ["N*2"], "as": "list" },
              "config": { "mode": "train" }
            }
            """),
        Posted("/ApplyJacobian", """
            {
              "name": "wide", "outWrt": 0, "inWrt": 0, "input": [{ "$array": ["N*3"], "as": "list" }], "vec": { "$array": ["N*3"], "as": "list" },
              "config": { "mode": "eval" }
            }
            """),
        Posted("/ApplyHessian", """
            {
              "name": "wide", "outWrt": 0, "inWrt1": 0, "inWrt2": 0, "input": [{ "$array": ["N*3"], "as": "list" }],
              "sens": { "$array": ["N*2"], "as": "list" }, "vec": { "$array": ["N*3"], "as": "list" }
            }
            """),
        Tesseract("apply", "tesseract", ""),
        Tesseract("apply", "list", ""),
        Tesseract("jacobian", "tesseract", """, "jac_inputs": ["inputs"], "jac_outputs": ["outputs"]"""),
        Tesseract("vector_jacobian_product", "tesseract",
            """, "vjp_inputs": ["inputs"], "vjp_outputs": ["outputs"], "cotangent_vector": { "outputs": { "$array": ["N", 2], "as": "tesseract" } }"""),
        Tesseract("jacobian_vector_product", "tesseract",
            """, "jvp_inputs": ["inputs"], "jvp_outputs": ["outputs"], "tangent_vector": { "inputs": { "$array": ["N", 3], "as": "tesseract" } }"""),
        Posted("/v1/networks", """
            {
              "network": {
                "inputShape": [100], "layers": [{ "type": "linear", "outFeatures": 100, "bias": false }],
                "parameters": { "0.weight": { "$array": ["out", "sample"] } }
              }
            }
            """),
    ];

    /// <summary>What brought the service down once, or made others wait.</summary>
    public static IReadOnlyList<Candidate> Known { get; } =
    [
        .. new[] { "avgPool2d", "maxPool2d" }.Select(pool => Forward(
            "[1, 1, 1]", $$"""{ "type": "adaptiveAvgPool2d", "outputSize": 1600 }, { "type": "{{pool}}", "kernelSize": 800, "stride": 1 }""")
            with { Samples = 1 }),
        Forward("[1]", Repeated(2, """{ "type": "linear", "outFeatures": 7000, "bias": false }""")) with { Samples = 2_500, Copies = 4 },
        Forward("[1]", Repeated(2, """{ "type": "linear", "outFeatures": 7000, "bias": false }""")) with { Samples = 8_000 },
        Objective("[1]", Repeated(10, """{ "name": "t#", "on": "interior", "residual": { "$formula": "u", "plus": "+x*u", "times": 450 } }"""))
            with { Samples = 100_000 },
        Gradient("[1]", string.Concat(Enumerable.Repeat("""{ "type": "linear", "outFeatures": 300 }, { "type": "batchNorm" }, { "type": "tanh" }, """, 3))
            + """{ "type": "linear", "outFeatures": 1 }""", "perSample") with { Samples = 1_500 },
        Posted("/v1/figures", """
            {
              "of": "gradients",
              "request": {
                "network": {
                  "inputShape": [1],
                  "layers": [{ "type": "linear", "outFeatures": 4 }, { "type": "tanh" }, { "type": "batchNorm" }, { "type": "linear", "outFeatures": 1 }],
                  "seed": 7
                },
                "inputs": { "$array": ["N", "sample"] }, "gradient": { "kind": "jacobian" }
              },
              "figure": { "kind": "coupling" }
            }
            """) with { Samples = 10_000 },
        Posted("/Evaluate", """{ "name": "wide", "input": [{ "$array": ["N*3"], "as": "list" }], "config": {} }""") with { Samples = 2_000_000 },
    ];

    private static Candidate Got(string path, string accept = "*/*") => new("GET", path, null, Accept: accept);

    private static Candidate Posted(string path, string json) => new("POST", path, JsonNode.Parse(json), Arrays: ArrayForm.Base64);

    private static string Repeated(int times, string entry) => $$"""{ "$times": {{times}}, "of": {{entry}} }""";

    private static string Network(string inputShape, string layers) => $$"""{ "inputShape": {{inputShape}}, "layers": [{{layers}}], "seed": 1 }""";

    private static Candidate Forward(string inputShape, string layers) =>
        Posted("/v1/forward", $$"""{ "network": {{Network(inputShape, layers)}}, "inputs": { "$array": ["N", "sample"] } }""");

    private static Candidate Gradient(string inputShape, string layers, string kind) => Posted(
        "/v1/gradients", $$"""{ "network": {{Network(inputShape, layers)}}, "inputs": { "$array": ["N", "sample"] }, "gradient": { "kind": "{{kind}}" } }""");

    private static Candidate Objective(string inputShape, string terms) => Posted("/v1/objectives", $$"""
        {
          "network": {{Network(inputShape, """{ "type": "linear", "outFeatures": 20 }, { "type": "tanh" }, { "type": "linear", "outFeatures": 1 }""")}},
          "variables": { "$names": "x", "of": "sample" }, "outputs": { "$names": "u", "of": "out" },
          "points": [{ "name": "interior", "inputs": { "$array": ["N", "sample"] } }],
          "terms": [{{terms}}]
        }
        """);

    private static Candidate Tesseract(string operation, string form, string more) =>
        Posted($"/tesseract/{ServedNetwork.Name}/{operation}", $$"""{ "inputs": { "inputs": { "$array": ["N", 3], "as": "{{form}}" } }{{more}} }""");

    /// <summary>A good request whose network is described in it, with arrays of as many samples as one likes.</summary>
    private static JsonNode Marked(GoodRequest good)
    {
        var request = JsonNode.Parse(good.Json)!;
        var holders = JsonPlace.Below(request).Select(place => place.Value).Prepend(request).OfType<JsonObject>();
        foreach (var holder in holders.Where(holder => holder["network"]?["inputShape"] is not null).ToList())
        {
            Mark(holder, "inputs", "sample");
            Mark(holder["gradient"], "cotangent", "out");
            Mark(holder["gradient"], "tangent", "sample");
            Mark(holder["batchNorm"], "referenceInputs", "sample");
            foreach (var points in holder["points"] as JsonArray ?? [])
            {
                Mark(points, "inputs", "sample");
            }

            foreach (var term in holder["terms"] as JsonArray ?? [])
            {
                if (term!["target"] is not null)
                {
                    term["target"] = new JsonObject { ["$array"] = new JsonArray("N") };
                }
            }
        }

        return request;
    }

    private static void Mark(JsonNode? holder, string field, string shape)
    {
        if (holder?[field] is not null)
        {
            holder[field] = new JsonObject { ["$array"] = new JsonArray("N", shape) };
        }
    }
}
