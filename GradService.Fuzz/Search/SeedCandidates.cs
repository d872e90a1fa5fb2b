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
        .. new[] { "/v1/networks", $"/v1/networks/{ServedNetwork.Id}", $"/v1/names/{ServedNetwork.Name}", "/v1/capabilities", "/Info", $"/tesseract/{ServedNetwork.Name}/openapi.json" }.Select(path => new Candidate("GET", path, null)),
        .. new[] { MutatedRequest.Json, MutatedRequest.Npz }.Select(form => new Candidate("GET", $"/v1/networks/{ServedNetwork.Id}/parameters", null, Accept: form)),
        Posted("/v1/forward", """{ "network": { "inputShape": [1, 16, 16], "layers": [{ "type": "conv2d", "outChannels": 4, "kernelSize": 3, "padding": "same" }, { "type": "batchNorm" }, { "type": "relu" }], "seed": 1 }, "inputs": { "$array": ["N", "sample"] } }"""),
        Posted("/v1/forward", """{ "network": { "inputShape": [1, 16, 16], "layers": [{ "type": "maxPool2d", "kernelSize": 3, "stride": 1 }] }, "inputs": { "$array": ["N", "sample"] } }"""),
        Posted("/v1/forward", """{ "network": { "inputShape": [1, 8, 8, 8], "layers": [{ "type": "avgPool3d", "kernelSize": 3, "stride": 1 }] }, "inputs": { "$array": ["N", "sample"] } }"""),
        Posted("/v1/forward", """{ "network": { "inputShape": [1, 16], "layers": [{ "type": "adaptiveAvgPool1d", "outputSize": 8 }, { "type": "conv1d", "outChannels": 4, "kernelSize": 3 }] }, "inputs": { "$array": ["N", "sample"] } }"""),
        .. new[] { "sum", "perSample", "jacobian", "laplacian", "hessian" }.Select(kind => Posted("/v1/gradients", $$"""{ "network": { "inputShape": [3], "layers": [{ "type": "linear", "outFeatures": 20 }, { "type": "layerNorm" }, { "type": "tanh" }, { "type": "linear", "outFeatures": 2 }], "seed": 1 }, "inputs": { "$array": ["N", "sample"] }, "gradient": { "kind": "{{kind}}" } }""")),
        Posted("/v1/objectives", """{ "network": { "inputShape": [2], "layers": [{ "type": "linear", "outFeatures": 20 }, { "type": "tanh" }, { "type": "linear", "outFeatures": 1 }], "seed": 1 }, "variables": { "$names": "x", "of": "sample" }, "outputs": { "$names": "u", "of": "out" }, "points": [{ "name": "interior", "inputs": { "$array": ["N", "sample"] } }], "terms": [{ "name": "pde", "on": "interior", "residual": { "$formula": "u_xx", "plus": "+x*u", "times": 2 } }] }"""),
        new("POST", "/Evaluate", JsonNode.Parse("""{ "name": "wide", "input": [{ "$array": ["N*3"], "as": "list" }], "config": {} }""")),
        new("POST", "/Gradient", JsonNode.Parse("""{ "name": "wide", "outWrt": 0, "inWrt": 0, "input": [{ "$array": ["N*3"], "as": "list" }], "sens": { "$array": ["N*2"], "as": "list" }, "config": { "mode": "train" } }""")),
        new("POST", "/ApplyJacobian", JsonNode.Parse("""{ "name": "wide", "outWrt": 0, "inWrt": 0, "input": [{ "$array": ["N*3"], "as": "list" }], "vec": { "$array": ["N*3"], "as": "list" }, "config": { "mode": "eval" } }""")),
        new("POST", "/ApplyHessian", JsonNode.Parse("""{ "name": "wide", "outWrt": 0, "inWrt1": 0, "inWrt2": 0, "input": [{ "$array": ["N*3"], "as": "list" }], "sens": { "$array": ["N*2"], "as": "list" }, "vec": { "$array": ["N*3"], "as": "list" } }""")),
        new("POST", "/tesseract/wide/apply", JsonNode.Parse("""{ "inputs": { "inputs": { "$array": ["N", 3], "as": "tesseract" }, "mode": "train" } }""")),
        new("POST", "/tesseract/wide/apply", JsonNode.Parse("""{ "inputs": { "inputs": { "$array": ["N", 3], "as": "list" }, "mode": "train" } }""")),
        new("POST", "/tesseract/wide/jacobian", JsonNode.Parse("""{ "inputs": { "inputs": { "$array": ["N", 3], "as": "tesseract" } }, "jac_inputs": ["inputs"], "jac_outputs": ["outputs"] }""")),
        new("POST", "/tesseract/wide/vector_jacobian_product", JsonNode.Parse("""{ "inputs": { "inputs": { "$array": ["N", 3], "as": "tesseract" } }, "vjp_inputs": ["inputs"], "vjp_outputs": ["outputs"], "cotangent_vector": { "outputs": { "$array": ["N", 2], "as": "tesseract" } } }""")),
        new("POST", "/tesseract/wide/jacobian_vector_product", JsonNode.Parse("""{ "inputs": { "inputs": { "$array": ["N", 3], "as": "tesseract" } }, "jvp_inputs": ["inputs"], "jvp_outputs": ["outputs"], "tangent_vector": { "inputs": { "$array": ["N", 3], "as": "tesseract" } } }""")),
        Posted("/v1/networks", """{ "network": { "inputShape": [100], "layers": [{ "type": "linear", "outFeatures": 100, "bias": false }], "parameters": { "0.weight": { "$array": ["out", "sample"] } } } }"""),
    ];

    /// <summary>What brought the service down once, or made others wait.</summary>
    public static IReadOnlyList<Candidate> Known { get; } =
    [
        Posted("/v1/forward", """{ "network": { "inputShape": [1, 1, 1], "layers": [{ "type": "adaptiveAvgPool2d", "outputSize": 1600 }, { "type": "avgPool2d", "kernelSize": 800, "stride": 1 }] }, "inputs": { "$array": ["N", "sample"] } }""") with { Samples = 1 },
        Posted("/v1/forward", """{ "network": { "inputShape": [1, 1, 1], "layers": [{ "type": "adaptiveAvgPool2d", "outputSize": 1600 }, { "type": "maxPool2d", "kernelSize": 800, "stride": 1 }] }, "inputs": { "$array": ["N", "sample"] } }""") with { Samples = 1 },
        Posted("/v1/forward", """{ "network": { "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 7000, "bias": false }, { "type": "linear", "outFeatures": 7000, "bias": false }], "seed": 1 }, "inputs": { "$array": ["N", "sample"] } }""") with { Samples = 2_500, Copies = 4 },
        Posted("/v1/forward", """{ "network": { "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 7000, "bias": false }, { "type": "linear", "outFeatures": 7000, "bias": false }], "seed": 1 }, "inputs": { "$array": ["N", "sample"] } }""") with { Samples = 8_000 },
        Posted("/v1/objectives", """{ "network": { "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 10 }, { "type": "tanh" }, { "type": "linear", "outFeatures": 1 }], "seed": 1 }, "points": [{ "name": "interior", "inputs": { "$array": ["N", "sample"] } }], "terms": [{ "$times": 10, "of": { "name": "t#", "on": "interior", "residual": { "$formula": "u", "plus": "+x*u", "times": 450 } } }] }""") with { Samples = 100_000 },
        Posted("/v1/gradients", """{ "network": { "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 300 }, { "type": "batchNorm" }, { "type": "tanh" }, { "type": "linear", "outFeatures": 300 }, { "type": "batchNorm" }, { "type": "tanh" }, { "type": "linear", "outFeatures": 300 }, { "type": "batchNorm" }, { "type": "linear", "outFeatures": 1 }], "seed": 1 }, "inputs": { "$array": ["N", "sample"] }, "gradient": { "kind": "perSample" } }""") with { Samples = 1_500 },
        Posted("/v1/figures", """{ "of": "gradients", "request": { "network": { "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 4 }, { "type": "tanh" }, { "type": "batchNorm" }, { "type": "linear", "outFeatures": 1 }], "seed": 7 }, "inputs": { "$array": ["N", "sample"] }, "gradient": { "kind": "jacobian" } }, "figure": { "kind": "coupling" } }""") with { Samples = 10_000, Arrays = ArrayForm.Base64 },
        new("POST", "/Evaluate", JsonNode.Parse("""{ "name": "wide", "input": [{ "$array": ["N*3"], "as": "list" }], "config": {} }"""), Samples: 2_000_000),
    ];

    private static Candidate Posted(string path, string json) => new("POST", path, JsonNode.Parse(json), Arrays: ArrayForm.Base64);

    /// <summary>A good request whose network is described in it, with arrays of as many samples as one likes.</summary>
    private static JsonNode Marked(GoodRequest good)
    {
        var request = JsonNode.Parse(good.Json)!;
        foreach (var holder in JsonPlace.Below(request).Select(place => place.Value).Prepend(request).OfType<JsonObject>().Where(holder => holder["network"]?["inputShape"] is not null).ToList())
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
