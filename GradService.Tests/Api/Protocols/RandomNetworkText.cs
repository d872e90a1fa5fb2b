using System.Globalization;
using System.Text.Json.Nodes;

namespace GradService.Tests.Api.Protocols;

/// <summary>Random networks as callers write them, over vectors and over images, each with a batch and directions.</summary>
internal sealed class RandomNetworkText(int seed)
{
    private static readonly string[] Activations = ["tanh", "sigmoid", "silu", "gelu", "elu", "softplus", "sin", "mish"];
    private static readonly string[] Dtypes = ["float32", "float64"];
    private readonly Random _random = new(seed);

    /// <summary>The shape of a sample.</summary>
    public int[] Input { get; private set; } = [];

    public string Network()
    {
        var layers = new List<string>();
        if (_random.Next(3) == 0)
        {
            Input = [_random.Next(1, 3), _random.Next(3, 5), _random.Next(3, 5)];
            layers.Add($$"""{ "type": "conv2d", "outChannels": {{_random.Next(1, 4)}}, "kernelSize": {{_random.Next(1, 4)}}, "padding": 1 }""");
            layers.Add("""{ "type": "batchNorm" }""");
            layers.Add(Activation());
            if (_random.Next(2) == 0)
            {
                layers.AddRange("""{ "type": "flatten" }""", $$"""{ "type": "linear", "outFeatures": {{_random.Next(1, 4)}} }""");
            }
        }
        else
        {
            Input = _random.Next(4) == 0 ? [2, _random.Next(1, 4)] : [_random.Next(1, 5)];
            for (var depth = _random.Next(1, 4); depth > 0; depth--)
            {
                layers.Add($$"""{ "type": "linear", "outFeatures": {{_random.Next(1, 6)}} }""");
                layers.Add(Activation());
                layers.Add(_random.Next(3) == 0
                    ? $$"""{ "type": "residual", "layers": [{ "type": "batchNorm" }, {{Activation()}}] }"""
                    : """{ "type": "batchNorm" }""");
            }

            layers.Add($$"""{ "type": "linear", "outFeatures": {{_random.Next(1, 4)}} }""");
        }

        return $$"""{ "inputShape": [{{string.Join(", ", Input)}}], "layers": """
            + $$"""[{{string.Join(", ", layers)}}], "dtype": "{{Dtypes[_random.Next(2)]}}", "seed": {{seed}} }""";
    }

    /// <summary>Numbers that single precision has, so that they are the same in every form.</summary>
    public float[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((4 * _random.NextDouble()) - 2))];

    /// <summary>Numbers as nested lists.</summary>
    public static JsonNode Nest(ReadOnlySpan<float> numbers, params ReadOnlySpan<int> shape)
    {
        var list = new JsonArray();
        var size = numbers.Length / shape[0];
        for (var i = 0; i < shape[0]; i++)
        {
            list.Add(shape.Length == 1
                ? JsonNode.Parse(((double)numbers[i]).ToString("R", CultureInfo.InvariantCulture))
                : Nest(numbers.Slice(i * size, size), shape[1..]));
        }

        return list;
    }

    /// <summary>All numbers of nested lists, by their digits.</summary>
    public static IEnumerable<string> Digits(JsonNode node) => node is JsonArray list ? list.SelectMany(entry => Digits(entry!)) : [node.ToJsonString()];

    private string Activation() => $$"""{ "type": "{{Activations[_random.Next(Activations.Length)]}}" }""";
}
