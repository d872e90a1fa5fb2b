using System.Globalization;
using System.Text.Json.Nodes;

namespace GradService.Tests.Api;

/// <summary>A request that succeeds, and changes to it by path.</summary>
internal static class GoodRequests
{
    public static JsonNode Gradient() => JsonNode.Parse("""
        {
          "network": {
            "inputShape": [1],
            "layers": [
              { "type": "linear", "outFeatures": 3 },
              { "type": "tanh" },
              { "type": "batchNorm" },
              { "type": "linear", "outFeatures": 2 }
            ],
            "dtype": "float32",
            "seed": 7
          },
          "inputs": [[0.0], [0.5], [1.0]],
          "batchNorm": { "mode": "train" },
          "gradient": { "kind": "perSample" },
          "diagnostics": { "finiteDifferences": false }
        }
        """)!;

    public static JsonNode Forward() => Gradient().Without("gradient");

    /// <summary>A loss of a formula, of data and of a gradient penalty.</summary>
    public static JsonNode Objective() => JsonNode.Parse("""
        {
          "network": {
            "inputShape": [1],
            "layers": [
              { "type": "linear", "outFeatures": 3 },
              { "type": "tanh" },
              { "type": "batchNorm" },
              { "type": "linear", "outFeatures": 2 }
            ],
            "dtype": "float32",
            "seed": 7
          },
          "variables": ["x"],
          "outputs": ["u", "v"],
          "points": [
            { "name": "interior", "inputs": [[0.1], [0.4], [0.6], [0.9]] },
            { "name": "boundary", "inputs": [[0], [1]] }
          ],
          "terms": [
            { "name": "pde", "on": "interior", "residual": "u_xx + v*u_x + sin(x)" },
            { "name": "data", "on": "boundary", "residual": "u - target", "target": [0, 1], "weight": 10 },
            { "name": "gp", "on": "interior", "gradientPenalty": { "output": "v", "center": 1 } }
          ],
          "batchNorm": { "mode": "trainDetached" },
          "return": ["parameterGradients", "residuals"],
          "diagnostics": { "finiteDifferences": false }
        }
        """)!;

    /// <summary>The request with the JSON at a path such as "network.layers[2].eps".</summary>
    public static JsonNode With(this JsonNode request, string path, string json)
    {
        var (holder, name) = Locate(request, path);
        var value = JsonNode.Parse(json);
        if (holder is JsonArray array)
        {
            array[int.Parse(name, CultureInfo.InvariantCulture)] = value;
        }
        else
        {
            holder[name] = value;
        }

        return request;
    }

    public static JsonNode Without(this JsonNode request, string path)
    {
        var (holder, name) = Locate(request, path);
        holder.AsObject().Remove(name);
        return request;
    }

    private static (JsonNode Holder, string Name) Locate(JsonNode request, string path)
    {
        var steps = path.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.');
        return (steps[..^1].Aggregate(request, (node, step) => node is JsonArray array ? array[int.Parse(step, CultureInfo.InvariantCulture)]! : node[step]!),
            steps[^1]);
    }
}
