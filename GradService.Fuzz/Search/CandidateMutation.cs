using System.Text.Json;
using System.Text.Json.Nodes;
using GradService.Fuzz.Mutations;

namespace GradService.Fuzz.Search;

/// <summary>
/// Changes to what makes a request large or slow: sizes, layers, kinds, modes, formulas, encodings. Most of what comes of them is still a
/// request that is computed.
/// </summary>
internal static class CandidateMutation
{
    private const int Attempts = 60;
    private const int MostSamples = 200_000;
    private const int MostCopies = 8;
    private const int MostSize = 100_000;

    /// <summary>One in so many may be refused: refusing must be cheap too.</summary>
    private const int OneUnsoundIn = 25;

    private static readonly double[] Scales = [0.5, 0.5, 2, 2, 3, 4, 10, 30];
    private static readonly int[] Sizes = [1, 2, 3, 5, 8, 16, 50, 100, 300, 800, 1_600, 3_000, 7_000];

    private static readonly string[] Layers =
    [
        """{ "type": "linear", "outFeatures": 100 }""", """{ "type": "linear", "outFeatures": 1000 }""", """{ "type": "flatten" }""",
        """{ "type": "tanh" }""", """{ "type": "gelu" }""", """{ "type": "softmax" }""", """{ "type": "prelu" }""", """{ "type": "dropout", "p": 0.5 }""",
        """{ "type": "batchNorm" }""", """{ "type": "layerNorm" }""", """{ "type": "groupNorm", "groups": 1 }""", """{ "type": "instanceNorm" }""",
        """{ "type": "rmsNorm" }""", """{ "type": "logSoftmax" }""", """{ "type": "glu" }""", """{ "type": "scale", "value": 0.5 }""",
        """{ "type": "tanhshrink" }""",
        """{ "type": "upsample", "scaleFactor": 2 }""", """{ "type": "upsample", "scaleFactor": 2, "mode": "bilinear" }""",
        """{ "type": "pad", "padding": 5 }""", """{ "type": "pad", "padding": 5, "mode": "circular" }""", """{ "type": "pixelShuffle", "upscaleFactor": 2 }""",
        """{ "type": "fourierFeatures", "count": 50 }""", """{ "type": "residual", "layers": [{ "type": "batchNorm" }, { "type": "relu" }] }""",
        .. new[] { "1d", "2d", "3d" }.SelectMany(axes => new[]
        {
            $$"""{ "type": "conv{{axes}}", "outChannels": 8, "kernelSize": 5, "padding": "same" }""",
            $$"""{ "type": "convTranspose{{axes}}", "outChannels": 8, "kernelSize": 4, "stride": 2, "padding": 1 }""",
            $$"""{ "type": "adaptiveMaxPool{{axes}}", "outputSize": 50 }""", $$"""{ "type": "avgPool{{axes}}", "kernelSize": 5, "stride": 1 }""",
            $$"""{ "type": "maxPool{{axes}}", "kernelSize": 5, "stride": 1 }""", $$"""{ "type": "adaptiveAvgPool{{axes}}", "outputSize": 50 }""",
        }),
    ];

    private static readonly string[] Shapes = ["[1]", "[2]", "[3]", "[8]", "[100]", "[1, 16]", "[2, 64]", "[1, 16, 16]", "[3, 64, 64]", "[1, 8, 8, 8]"];

    private static readonly string[] Gradients =
    [
        """{ "kind": "sum" }""", """{ "kind": "perSample" }""", """{ "kind": "perSample", "strategy": "rowByRow" }""",
        """{ "kind": "jacobian" }""", """{ "kind": "jacobian", "form": "factored" }""", """{ "kind": "hessian" }""", """{ "kind": "laplacian" }""",
        """{ "kind": "vjp", "cotangent": { "$array": ["N", "out"] } }""", """{ "kind": "jvp", "tangent": { "$array": ["N", "sample"] } }""",
        """{ "kind": "hvp", "cotangent": { "$array": ["N", "out"] }, "tangent": { "$array": ["N", "sample"] } }""",
        """{ "kind": "derivatives", "order": 2 }""", """{ "kind": "derivatives", "order": 3 }""", """{ "kind": "derivatives", "order": 4 }""",
    ];

    private static readonly string[] Summands = ["+x*u", "*sin(u)", "+u_x*u", "+u_xx", "-exp(x)*u_x", "+u^2", "+tanh(u*x)", "/(1+u^2)"];
    private static readonly string[] Starts = ["u", "u_x", "u_xx", "u_xxx", "u_xxxx", "x"];
    private static readonly string[] Modes = ["train", "trainDetached", "eval", "movingAverage"];

    /// <summary>A child of one candidate, perhaps with the network of another.</summary>
    public static Candidate Mutate(Candidate parent, Candidate other, Random random)
    {
        var child = parent;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            child = parent with { Template = parent.Template?.DeepClone() };
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                child = Change(child, other, random);
            }

            if (CandidateBody.IsSound(child) || random.Next(OneUnsoundIn * Attempts) == 0)
            {
                return child;
            }
        }

        return parent with { Samples = Scaled(parent.Samples, 0.5, MostSamples) };
    }

    /// <summary>A number of samples, a size, a repeat, times a factor.</summary>
    public static int Scaled(int size, double factor, int most) => (int)Math.Clamp(Math.Round(size * factor), 1, most);

    /// <summary>The sizes in a template: whole numbers but seeds, weights, orders, and axes that the network gives.</summary>
    public static List<JsonPlace> SizesIn(JsonNode? template) => [.. JsonPlace.Below(template).Where(place =>
        place.Value is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<int>(out var size) && size >= 1
        && place.Name is not ("seed" or "weight" or "order") && !(place.Holder.Parent is JsonObject && place.Holder.GetPropertyName() == "$array"))];

    private static Candidate Change(Candidate child, Candidate other, Random random)
    {
        switch (random.Next(18))
        {
            case < 3:
                return child with { Samples = Resized(child.Samples, MostSamples, random) };
            case 3:
                return child with { Arrays = (ArrayForm)random.Next(child.TakesArchive ? 3 : 2) };
            case 4:
                return child with { Copies = random.Next(3) == 0 ? Math.Min(MostCopies, child.Copies * 2) : 1 };
            case 5 when child.AnswersArrays:
                return child with { Accept = random.Next(2) == 0 ? MutatedRequest.Npz : MutatedRequest.Json };
            case < 10:
                Resize(child.Template, random);
                break;
            case < 13:
                Relayer(child.Template, random);
                break;
            case 13:
                Exchange(child.Template, "gradient", place => JsonNode.Parse(Gradients[random.Next(Gradients.Length)]), random);
                Exchange(child.Template, "kind", place => place.Holder["mode"] is null ? Same(place) : random.Next(2) == 0 ? "perSample" : "jacobian", random);
                break;
            case 14:
                Exchange(child.Template, "residual", _ => Formula(random), random);
                break;
            case 15:
                Exchange(child.Template, "mode", _ => Modes[random.Next(Modes.Length)], random);
                Exchange(child.Template, "finiteDifferences", _ => random.Next(2) == 0, random);
                break;
            case 16:
                Exchange(child.Template, "dtype", place => place.Holder["layers"] is null ? Same(place) : random.Next(2) == 0 ? "float32" : "float64", random);
                Exchange(child.Template, "inputShape", _ => JsonNode.Parse(Shapes[random.Next(Shapes.Length)]), random);
                break;
            default:
                if (Places(other.Template, "network").Where(place => place.Value?["layers"] is not null).ToList() is { Count: > 0 } networks)
                {
                    var network = networks[random.Next(networks.Count)];
                    Exchange(child.Template, "network", place => Same(place.Value?["layers"] is null ? place : network), random);
                }

                break;
        }

        return child;
    }

    private static JsonObject Formula(Random random) => new()
    {
        ["$formula"] = Starts[random.Next(Starts.Length)], ["plus"] = Summands[random.Next(Summands.Length)], ["times"] = random.Next(1, 40),
    };

    private static void Resize(JsonNode? template, Random random)
    {
        var sizes = SizesIn(template);
        if (sizes.Count > 0)
        {
            var place = sizes[random.Next(sizes.Count)];
            place.Value = Resized((int)place.Value!, MostSize, random);
        }
    }

    private static int Resized(int size, int most, Random random) =>
        random.Next(4) == 0 ? Sizes[random.Next(Sizes.Length)] : Scaled(size, Scales[random.Next(Scales.Length)], most);

    /// <summary>A layer or a term more, less, another, or several times.</summary>
    private static void Relayer(JsonNode? template, Random random)
    {
        var lists = JsonPlace.Below(template).Where(place => place.Name is "layers" or "terms" && place.Value is JsonArray { Count: > 0 }).ToList();
        if (lists.Count == 0)
        {
            return;
        }

        var chosen = lists[random.Next(lists.Count)];
        var list = chosen.Value!.AsArray();
        var (isTerms, at) = (chosen.Name == "terms", random.Next(list.Count));
        switch (random.Next(isTerms ? 2 : 6))
        {
            case 0:
                var (of, times) = list[at] is JsonObject mark && mark.ContainsKey("$times")
                    ? (mark["of"], (int)mark["$times"]! * 2)
                    : (list[at], random.Next(2, 20));
                var entry = of!.DeepClone();
                if (isTerms)
                {
                    entry["name"] = $"t#-{at}";
                }

                list[at] = new JsonObject { ["$times"] = Math.Min(times, 1_000), ["of"] = entry };
                break;
            case 1 when list.Count > 1:
                list.RemoveAt(at);
                break;
            case 2 when !isTerms:
                list[at] = JsonNode.Parse(Layers[random.Next(Layers.Length)]);
                break;
            default:
                if (!isTerms)
                {
                    list.Insert(at, JsonNode.Parse(Layers[random.Next(Layers.Length)]));
                }

                break;
        }
    }

    private static JsonNode? Same(JsonPlace place) => place.Value?.DeepClone();

    private static List<JsonPlace> Places(JsonNode? template, string name) =>
        [.. JsonPlace.Below(template).Where(place => place.Name == name && place.Value is not null)];

    private static void Exchange(JsonNode? template, string name, Func<JsonPlace, JsonNode?> by, Random random)
    {
        if (Places(template, name) is { Count: > 0 } places)
        {
            var place = places[random.Next(places.Count)];
            place.Value = by(place);
        }
    }
}
