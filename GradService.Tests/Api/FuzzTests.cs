using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace GradService.Tests.Api;

/// <summary>
/// Good requests with something broken in them, thousands, the same every time: whatever comes, the answer is JSON, and never the
/// service's own fault.
/// </summary>
public sealed class FuzzTests : IClassFixture<FuzzTests.SmallApplication>
{
    private static readonly JsonNode?[] Values =
    [
        .. new[]
        {
            "null", "true", "false", "0", "-1", "1", "2", "3.0", "1e3", "0.5", "1e39", "-1e308", "1e400", "2147483647", "2147483648", "9223372036854775807", "18446744073709551616",
            "\"\"", "\"NaN\"", "\"-Infinity\"", "\"tanh\"", "\"reference\"", "\"jacobian\"", "\"\\u0000\"", "\"é\"", "[]", "[[]]", "[[[]]]", "{}", "[null]", "[0]", "[[1, 2], [3]]",
            "\"interior\"", "\"train\"", "\"u_xxx/v^x - log(u)\"", "\"target\"", "\"perSet\"", "[\"u\", \"x\"]", """{ "output": "u", "center": -1 }""",
            """{ "type": "batchNorm" }""", """{ "kind": "jvp", "tangent": [[1], [2], [3]] }""", """{ "type": "residual", "layers": [] }""", """{ "2": "eval" }""",
        }.Select(json => JsonNode.Parse(json)),
    ];

    private static readonly string[] ObjectiveSeeds =
    [
        GoodRequests.Objective().ToJsonString(),
        GoodRequests.Objective().With("batchNorm", """{ "mode": "train", "batches": "perSet", "layers": { "2": "movingAverage" }, "throughStatistics": true }""").With("derivative", "\"sum\"").ToJsonString(),
        GoodRequests.Objective().With("batchNorm", """{ "mode": "reference", "referenceInputs": [[1], [2]] }""").With("dropout", """{ "seed": 5 }""").With("diagnostics.finiteDifferences", "true").ToJsonString(),
        GoodRequests.Objective().With("network.layers[1]", """{ "type": "residual", "layers": [{ "type": "batchNorm" }, { "type": "relu" }] }""").With("batchNorm.mode", "\"train\"").ToJsonString(),
        GoodRequests.Objective().With("compare", """[{ "mode": "train", "derivative": "sum" }, { "mode": "trainDetached", "throughStatistics": false }, { "mode": "eval" }]""").ToJsonString(),
    ];

    private static readonly string[] GradientSeeds =
    [
        GoodRequests.Gradient().ToJsonString(),
        GoodRequests.Gradient().With("gradient", """{ "kind": "jacobian", "outputs": [1, 0], "strategy": "rowByRow" }""").With("dropout", """{ "seed": 5 }""").With("diagnostics.finiteDifferences", "true").ToJsonString(),
        GoodRequests.Gradient().With("batchNorm", """{ "mode": "movingAverage", "layers": { "2": "reference" }, "referenceInputs": [[1], [2]] }""").With("gradient", """{ "kind": "vjp", "cotangent": [[1, 2], [3, 4], [5, 6]] }""").ToJsonString(),
        GoodRequests.Gradient().With("network.parameters", """{ "0.weight": [[1], [2], [3]], "2.running_var": [1, 2, 3], "2.num_batches_tracked": 4 }""").With("gradient", """{ "kind": "jvp", "tangent": [[[1], [2], [3]]] }""").ToJsonString(),
        GoodRequests.Gradient().With("network.layers[1]", """{ "type": "residual", "layers": [{ "type": "linear", "outFeatures": 2 }, { "type": "gelu", "approximate": "tanh" }], "shortcut": [{ "type": "linear", "outFeatures": 2 }, { "type": "layerNorm" }] }""").ToJsonString(),
        GoodRequests.Forward().With("compare", """[{ "mode": "train", "kind": "sum" }, { "mode": "eval", "kind": "perSample" }]""").ToJsonString(),
    ];

    private readonly SmallApplication _application;

    public FuzzTests(SmallApplication application) => _application = application;

    /// <summary>Small limits, so that what is huge is refused and what is accepted is quick.</summary>
    public sealed class SmallApplication : GradApplication
    {
        public SmallApplication() => Settings =
        [
            ("Limits:MaxParameters", "10000"), ("Limits:MaxNativeBytes", "10000000"), ("Limits:MaxResultBytes", "100000"), ("Limits:MaxPasses", "1000"), ("Limits:QueueLength", "1000"),
        ];
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Whatever_is_broken_in_a_request_the_answer_is_JSON_and_no_failure_of_the_service(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 800; i++)
        {
            var (seeds, paths) = Side(random);
            var request = JsonNode.Parse(seeds[random.Next(seeds.Length)])!;
            for (var mutations = random.Next(1, 4); mutations > 0; mutations--)
            {
                Mutate(request, random);
            }

            await AssertAnsweredAsync(paths[random.Next(paths.Length)], Encoding.UTF8.GetBytes(request.ToJsonString()));
        }
    }

    [Fact]
    public async Task Whatever_is_broken_in_its_bytes_the_answer_is_JSON_and_no_failure_of_the_service()
    {
        var random = new Random(5);
        for (var i = 0; i < 800; i++)
        {
            var (seeds, paths) = Side(random);
            var bytes = Encoding.UTF8.GetBytes(seeds[random.Next(seeds.Length)]).ToList();
            for (var mutations = random.Next(1, 4); mutations > 0; mutations--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes.RemoveRange(at, random.Next(Math.Min(30, bytes.Count - at)));
                        break;
                    case 2:
                        bytes.InsertRange(at, bytes.GetRange(at, random.Next(Math.Min(30, bytes.Count - at))));
                        break;
                    default:
                        bytes.InsertRange(at, "\\ud800"u8.ToArray());
                        break;
                }
            }

            await AssertAnsweredAsync(paths[random.Next(paths.Length)], [.. bytes]);
        }
    }

    private static (string[] Seeds, string[] Paths) Side(Random random) => random.Next(2) == 0
        ? (GradientSeeds, ["/v1/gradients", "/v1/gradients", "/v1/forward", "/v1/gradients/compare"])
        : (ObjectiveSeeds, ["/v1/objectives", "/v1/objectives", "/v1/objectives/compare"]);

    private async Task AssertAnsweredAsync(string path, byte[] request)
    {
        using var content = new ByteArrayContent(request) { Headers = { ContentType = new("application/json") } };
        using var client = _application.CreateClient();
        using var response = await client.PostAsync(path, content);
        var about = $"POST {path} {Encoding.UTF8.GetString(request)}";
        Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity, $"{(int)response.StatusCode}: {about}");
        if (response.StatusCode == HttpStatusCode.OK)
        {
            Assert.NotNull(JsonNode.Parse(await response.Content.ReadAsStringAsync())!["batchNorm"] ?? JsonNode.Parse(await response.Content.ReadAsStringAsync())!["results"]);
        }
        else
        {
            var answer = await ProblemAnswer.OfAsync(response);
            Assert.True(answer.Errors.Count > 0, about);
        }
    }

    private static void Mutate(JsonNode request, Random random)
    {
        var places = Places(request).ToList();
        if (places.Count == 0)
        {
            return;
        }

        var (holder, key) = places[random.Next(places.Count)];
        var other = places[random.Next(places.Count)];
        var value = random.Next(12) == 0 ? JsonValue.Create(new string('x', 5_000))! : Values[random.Next(Values.Length)]?.DeepClone();
        switch (random.Next(5))
        {
            case 0 when holder is JsonObject members:
                members.Remove((string)key);
                break;
            case 0:
                holder.AsArray().RemoveAt((int)key);
                break;
            case 1 when holder is JsonArray list:
                list.Insert((int)key, list[(int)key]?.DeepClone());
                break;
            case 1:
                holder.AsObject()[(string)key + "s"] = holder[(string)key]?.DeepClone();
                break;
            case 2:
                Set(holder, key, Get(other.Holder, other.Key)?.DeepClone());
                break;
            default:
                Set(holder, key, value);
                break;
        }
    }

    private static JsonNode? Get(JsonNode holder, object key) => key is int index ? holder[index] : holder[(string)key];

    private static void Set(JsonNode holder, object key, JsonNode? value)
    {
        if (key is int index)
        {
            holder[index] = value;
        }
        else
        {
            holder[(string)key] = value;
        }
    }

    /// <summary>Every value in the request, as what holds it and where.</summary>
    private static IEnumerable<(JsonNode Holder, object Key)> Places(JsonNode node) => node switch
    {
        JsonObject members => members.SelectMany(member => Below(node, member.Key, member.Value)),
        JsonArray list => list.SelectMany((element, index) => Below(node, index, element)),
        _ => [],
    };

    private static IEnumerable<(JsonNode Holder, object Key)> Below(JsonNode holder, object key, JsonNode? value) =>
        (value is null ? [] : Places(value)).Prepend((holder, key));
}
