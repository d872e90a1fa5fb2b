using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Api.Wire.Arrays;
using GradService.Domain.Arrays;
using GradService.Tests.Docs;

namespace GradService.Tests.Api.Serving.Budget;

/// <summary>
/// A request of PricedShapes.json: a network in few words ("linear 64, tanh, residual(linear 64; silu)"), how many samples, what is asked, and
/// how its arrays are written.
/// </summary>
internal sealed class PricedShape
{
    private static readonly string[] Variables = ["x", "t"];

    private readonly JsonNode _described;
    private readonly Random _random = new(1);
    private readonly List<(string Member, byte[] Content)> _members = [];

    private PricedShape(JsonNode described) => _described = described;

    public static IReadOnlyList<PricedShape> All { get; } =
        [.. JsonNode.Parse(Repository.Read("GradService.Tests/Api/Serving/Budget/PricedShapes.json"))!.AsArray()
            .Select(described => new PricedShape(described!))];

    public string Name => _described["name"]!.GetValue<string>();

    public string Path => _described["path"]?.GetValue<string>() ?? "/v1/gradients";

    /// <summary>The body, and its media type.</summary>
    public (byte[] Body, string Media) Write()
    {
        _members.Clear();
        var request = Path.Contains("objectives", StringComparison.Ordinal) ? Objective() : Gradient();
        if (_described["of"] is { } of)
        {
            request = new JsonObject { ["of"] = of.DeepClone(), ["request"] = request, ["figure"] = _described["figure"]?.DeepClone() ?? new JsonObject() };
        }

        var json = Encoding.UTF8.GetBytes(request.ToJsonString());
        return _members.Count == 0 ? (json, "application/json") : (Archive([("request.json", json), .. _members]), "application/x-npz");
    }

    private long Samples => _described["n"]!.GetValue<long>();

    private int[] InputShape => [.. _described["input"]!.AsArray().Select(size => size!.GetValue<int>())];

    private bool IsSingle => _described["dtype"]?.GetValue<string>() != "float64";

    private string Written => _described["encoding"]?.GetValue<string>() ?? "json";

    private JsonObject Gradient()
    {
        var request = Common("train");
        Put(request, "inputs", "inputs", [Samples, .. InputShape]);
        if (_described["compare"] is { } compare)
        {
            request["compare"] = compare.DeepClone();
        }

        if (_described["gradient"]?.DeepClone().AsObject() is { } gradient)
        {
            foreach (var factor in new[] { "cotangent", "tangent" })
            {
                if (gradient[factor]?.GetValue<string>() is { } shape)
                {
                    Put(gradient, factor, factor, shape == "N1" ? [Samples, 1] : [Samples, .. InputShape]);
                }
            }

            request["gradient"] = gradient;
        }

        return request;
    }

    private JsonObject Objective()
    {
        var request = Common("trainDetached");
        var names = InputShape is [<= 2] ? Variables[..InputShape[0]]
            : InputShape is [_] ? Enumerable.Range(0, InputShape[0]).Select(at => $"{(char)('a' + at)}")
            : Enumerable.Range(0, InputShape.Aggregate(1, (product, size) => product * size)).Select(at => $"x{at}");
        request["variables"] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]);
        var sets = _described["sets"]?.GetValue<int>() ?? 1;
        var points = new JsonArray();
        for (var set = 0; set < sets; set++)
        {
            var each = new JsonObject { ["name"] = $"p{set}" };
            Put(each, "inputs", $"points/{set}/inputs", [Samples, .. InputShape]);
            points.Add(each);
        }

        request["points"] = points;
        request["return"] = _described["return"]!.DeepClone();
        var terms = new JsonArray();
        foreach (var term in _described["terms"]!.AsArray())
        {
            for (var time = 0; time < (term!["times"]?.GetValue<int>() ?? 1); time++)
            {
                var written = new JsonObject { ["name"] = $"t{terms.Count}", ["on"] = term["on"]?.DeepClone() ?? $"p{terms.Count % sets}" };
                if (term["classes"]?.GetValue<int>() is { } classes)
                {
                    var labels = Enumerable.Range(0, (int)Samples).Select(at => (JsonNode)(at % classes));
                    written["crossEntropy"] = new JsonObject { ["labels"] = new JsonArray([.. labels]) };
                }
                else if (term["formula"]?.GetValue<string>() is { } formula)
                {
                    written["residual"] = formula.StartsWith("long ", StringComparison.Ordinal)
                        ? "u" + string.Concat(Enumerable.Repeat("+x*u", Number(formula["long ".Length..])))
                        : formula;
                }
                else
                {
                    written["gradientPenalty"] = new JsonObject();
                }

                terms.Add(written);
            }
        }

        request["terms"] = terms;
        foreach (var field in new[] { "unknowns", "fields" })
        {
            if (_described[field] is { } value)
            {
                request[field] = value.DeepClone();
            }
        }

        return request;
    }

    private JsonObject Common(string mode)
    {
        var request = new JsonObject
        {
            ["network"] = new JsonObject
            {
                ["inputShape"] = new JsonArray([.. InputShape.Select(size => JsonValue.Create(size))]),
                ["layers"] = Layers(_described["layers"]!.GetValue<string>(), ','),
                ["dtype"] = IsSingle ? "float32" : "float64",
                ["seed"] = 1,
            },
            ["batchNorm"] = new JsonObject { ["mode"] = _described["mode"]?.GetValue<string>() ?? mode },
            ["diagnostics"] = new JsonObject { ["finiteDifferences"] = _described["finiteDifferences"]?.GetValue<bool>() ?? false },
        };
        if (_described["dropout"] is not null)
        {
            request["dropout"] = new JsonObject { ["seed"] = 3 };
        }

        return request;
    }

    private static JsonArray Layers(string text, char separator)
    {
        var (layers, depth, from) = (new JsonArray(), 0, 0);
        for (var at = 0; at <= text.Length; at++)
        {
            depth += at < text.Length && text[at] == '(' ? 1 : at < text.Length && text[at] == ')' ? -1 : 0;
            if (at == text.Length || (text[at] == separator && depth == 0))
            {
                layers.Add(Layer(text[from..at].Trim()));
                from = at + 1;
            }
        }

        return layers;
    }

    private static JsonObject Layer(string text)
    {
        if (text.StartsWith("residual(", StringComparison.Ordinal))
        {
            return new JsonObject { ["type"] = "residual", ["layers"] = Layers(text["residual(".Length..^1], ';') };
        }

        var words = text.Split(' ');
        var layer = new JsonObject { ["type"] = words[0] };
        if (words[0].StartsWith("conv", StringComparison.Ordinal))
        {
            layer["type"] = words[0][.."conv1d".Length];
            (layer["outChannels"], layer["kernelSize"]) = (Number(words[1]), Number(words[2]));
            switch (words[0]["conv1d".Length..])
            {
                case "Same":
                    layer["padding"] = "same";
                    break;
                case "Dilated":
                    layer["dilation"] = 2;
                    break;
                case "Grouped":
                    layer["groups"] = 4;
                    break;
            }
        }
        else if (words.Length == 2)
        {
            layer[words[0] switch
            {
                "linear" => "outFeatures",
                "groupNorm" => "groups",
                "fourierFeatures" => "count",
                "adaptiveAvgPool2d" => "outputSize",
                _ => "kernelSize",
            }] = Number(words[1]);
        }

        return layer;
    }

    /// <summary>Random numbers in the encoding of the shape: in their place, or as a member of an archive.</summary>
    private void Put(JsonObject holder, string field, string member, long[] shape)
    {
        var values = new double[shape.Aggregate(1L, (product, size) => product * size)];
        for (var at = 0; at < values.Length; at++)
        {
            values[at] = Math.Round((2 * _random.NextDouble()) - 1, 4);
        }

        var bytes = new byte[values.Length * (IsSingle ? sizeof(float) : sizeof(double))];
        Buffer.BlockCopy(IsSingle ? Array.ConvertAll(values, value => (float)value) : values, 0, bytes, 0, bytes.Length);
        switch (Written)
        {
            case "npz":
                holder.Remove(field);
                _members.Add(($"{member}.npy", Npy(shape, bytes)));
                break;
            case "base64":
                holder[field] = new JsonObject
                {
                    ["shape"] = new JsonArray([.. shape.Select(size => JsonValue.Create(size))]),
                    ["dtype"] = IsSingle ? "float32" : "float64",
                    ["base64"] = Convert.ToBase64String(bytes),
                };
                break;
            default:
                holder[field] = JsonNode.Parse(NestedLists.Of(values, shape));
                break;
        }
    }

    private byte[] Npy(long[] shape, byte[] content) =>
        [.. NpyWriter.HeaderOf(NdArray.Allocate(new Shape(shape), IsSingle ? Dtype.Float32 : Dtype.Float64)), .. content];

    private static byte[] Archive(IEnumerable<(string Name, byte[] Content)> members)
    {
        using var written = new MemoryStream();
        using (var archive = new ZipArchive(written, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in members)
            {
                using var member = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
                member.Write(content);
            }
        }

        return written.ToArray();
    }

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);
}
