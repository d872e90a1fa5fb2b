using System.Buffers.Binary;
using System.Text.Json.Nodes;
using GradService.Api.Wire.Writing;
using GradService.Domain.Arrays;

namespace GradService.Tests.Api.Wire.Arrays;

/// <summary>Arrays in base64, in requests and answers.</summary>
[Collection(SharedApplication.Name)]
public sealed class EncodedArrayTests(GradApplication application)
{
    private static readonly float[] Points = [-1.5f, 0.1f, 0.7f, 2f];

    public static TheoryData<string, JsonNode> Requests => new()
    {
        { "/v1/gradients", GoodRequests.Gradient().With("gradient", """{ "kind": "vjp", "cotangent": [[1, 2], [3, 4], [5, 6], [7, 8]] }""") },
        { "/v1/gradients", GoodRequests.Gradient().With("network.dtype", "\"float64\"").With("gradient", """{ "kind": "jacobian", "form": "factored" }""")
            .With("batchNorm.mode", "\"eval\"") },
        { "/v1/gradients/compare", GoodRequests.Gradient().Without("gradient") },
        { "/v1/forward", GoodRequests.Forward().With("batchNorm", """{ "mode": "reference", "referenceInputs": [[0.25], [0.5]] }""") },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task The_same_request_in_base64_has_the_same_answer_in_base64(string path, JsonNode request)
    {
        request = request.DeepClone().With("inputs", "[[-1.5], [0.1], [0.7], [2]]");
        var plain = await application.SucceedAsync(path, request);
        var dtype = (string)request["network"]!["dtype"]!;
        var encoded = await application.SucceedAsync(path, Encode(request, "", "float64").With("encoding", "\"base64\""));
        Assert.Contains("base64", encoded.ToJsonString(), StringComparison.Ordinal);
        AssertSame(plain, encoded, dtype);
    }

    [Fact]
    public async Task Single_precision_is_the_same_as_its_numbers_in_lists()
    {
        var bytes = new byte[16];
        for (var i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(4 * i), Points[i]);
        }

        var plain = await application.SucceedAsync("/v1/gradients", GoodRequests.Gradient().With("inputs", "[[-1.5], [0.1], [0.7], [2]]"));
        var encoded = await application.SucceedAsync("/v1/gradients",
            GoodRequests.Gradient().With("inputs", $$"""{ "base64": "{{Convert.ToBase64String(bytes)}}", "dtype": "float32", "shape": [4, 1] }"""));
        Assert.Equal(plain["gradients"]!.ToJsonString(), encoded["gradients"]!.ToJsonString());
    }

    [Fact]
    public async Task The_default_encoding_is_json() =>
        Assert.IsType<JsonArray>((await application.SucceedAsync("/v1/gradients", GoodRequests.Gradient().With("encoding", "\"json\"")))["outputs"]);

    public static TheoryData<string, string, string> Wrong { get; } = new()
    {
        { """{ "shape": [3, 1], "dtype": "float32", "base64": "AAAA" }""", "inputs.base64", "Expected 12 bytes, as shape [3, 1] of float32 has, got 3." },
        { """{ "shape": [1, 1], "dtype": "float64", "base64": "AAAAAA==" }""", "inputs.base64", "Expected 8 bytes, as shape [1, 1] of float64 has, got 4." },
        { """{ "shape": [9223372036854775807, 9223372036854775807], "dtype": "float32", "base64": "AAAA" }""", "inputs.base64",
            "Expected far more bytes, as shape [9223372036854775807, 9223372036854775807] of float32 has, got 3." },
        { """{ "shape": [4294967296, 4294967296], "dtype": "float32", "base64": "" }""", "inputs.base64",
            "Expected far more bytes, as shape [4294967296, 4294967296] of float32 has, got 0." },
        { """{ "shape": [-1, 1], "dtype": "float32", "base64": "AAAAAA==" }""", "inputs.shape[0]", "Expected an integer of at least 0, got -1." },
        { """{ "shape": [1, 1.5], "dtype": "float32", "base64": "AAAAAA==" }""", "inputs.shape[1]", "Expected an integer of at least 0, got 1.5." },
        { """{ "shape": [1,1,1,1,1,1,1,1,1,1,1], "dtype": "float32", "base64": "AAAAAA==" }""", "inputs.shape[10]", "Expected at most 10 sizes, got 1." },
        { """{ "shape": 1, "dtype": "float32", "base64": "AAAAAA==" }""", "inputs.shape", "Expected a list of sizes, got 1." },
        { """{ "shape": [1, 1], "dtype": "float16", "base64": "AAAAAA==" }""", "inputs.dtype", "Expected one of float32, float64, got 'float16'." },
        { """{ "shape": [1, 1], "dtype": 4, "base64": "AAAAAA==" }""", "inputs.dtype", "Expected one of float32, float64, got 4." },
        { """{ "shape": [1, 1], "dtype": "float32", "base64": "AAAAA" }""", "inputs.base64",
            "Expected bytes in base64, padded with '=' (RFC 4648, section 4), got a text that is not." },
        { """{ "shape": [1, 1], "dtype": "float32", "base64": "AAAA*A==" }""", "inputs.base64",
            "Expected bytes in base64, padded with '=' (RFC 4648, section 4), got a text that is not." },
        { """{ "shape": [1, 1], "dtype": "float32", "base64": [0] }""", "inputs.base64", "Expected a string, got a list." },
        { """{ "shape": [1, 1], "dtype": "float32" }""", "inputs.base64", "Expected a string, got nothing." },
        { """{ "shape": [1, 1], "base64": "AAAAAA==" }""", "inputs.dtype", "Expected one of float32, float64, got nothing." },
        { """{ "dtype": "float32", "base64": "AAAAAA==" }""", "inputs.shape", "Expected a list of sizes, got nothing." },
        { """{ "shape": [1, 1], "dtype": "float32", "base64": "AAAAAA==", "order": "F" }""", "inputs.order",
            "Expected a known field, got 'order'. Known: shape, dtype, base64." },
        { """{ "shape": [1, 1], "shape": [1, 1], "dtype": "float32", "base64": "AAAAAA==" }""", "inputs.shape",
            "Expected each field once, got 'shape' again." },
        { """{ "shape": [0, 1], "dtype": "float32", "base64": "" }""", "inputs", "Expected at least one sample, got an empty array." },
        { """{ "shape": [1, 1], "dtype": "float32", "base64": "AADAfw==" }""", "inputs[0][0]", "Expected a finite number, got NaN." },
        { """{ "shape": [1], "dtype": "float32", "base64": "AAAAAA==" }""", "inputs",
            "Expected an array of shape [N, 1], got shape [1]. Write each sample as a list of its own: [[0]]." },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_is_no_array_is_refused_where_it_is_wrong(string array, string path, string message)
    {
        var text = GoodRequests.Gradient().With("inputs", "\"here\"").ToJsonString().Replace("\"here\"", array, StringComparison.Ordinal);
        (await ProblemAnswer.PostAsync(application, "/v1/gradients", text)).AssertSays(400, path, message);
    }

    [Theory]
    [InlineData("\"base65\"", "Expected one of json, base64, got 'base65'. Did you mean 'base64'?")]
    [InlineData("null", "Expected one of json, base64, got null.")]
    public async Task An_unknown_encoding_is_refused(string encoding, string message) =>
        (await ProblemAnswer.PostAsync(application, "/v1/forward", GoodRequests.Forward().With("encoding", encoding).ToJsonString()))
            .AssertSays(400, "encoding", message);

    [Fact]
    public async Task Escaped_base64_is_the_same() =>
        await application.SucceedAsync("/v1/forward",
            JsonNode.Parse(GoodRequests.Forward().With("inputs", """{ "shape": [2, 1], "dtype": "float32", "base64": "AAAAP/9/fz8=" }""").ToJsonString()
                .Replace("/", "\\/", StringComparison.Ordinal))!);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    public void The_text_holds_the_bytes_however_little_space_there_is(int space)
    {
        foreach (var shape in new[] { new Shape(0), new Shape(5, 0, 3), new Shape(1), new Shape(2), new Shape(7, 11) })
        {
            var array = NestedArrayTests.Filled(shape, Dtype.Float64, 3);
            var node = JsonNode.Parse(NestedArrayTests.Written(JsonAnswer.InBase64(array), space))!;
            Assert.Equal(shape.Dimensions.ToArray(), node["shape"]!.AsArray().Select(size => (long)size!));
            Assert.Equal("float64", (string)node["dtype"]!);
            Assert.Equal(array.RawBytes.ToArray(), Convert.FromBase64String((string)node["base64"]!));
        }
    }

    /// <summary>The request with its arrays in base64.</summary>
    private static JsonNode Encode(JsonNode request, string name, string dtype) => request switch
    {
        JsonObject members =>
            new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, member.Value is null ? null : Encode(member.Value, member.Key, dtype)))),
        JsonArray rows when name is "inputs" or "referenceInputs" or "cotangent" => new JsonObject
        {
            ["shape"] = new JsonArray(rows.Count, rows[0]!.AsArray().Count),
            ["dtype"] = dtype,
            ["base64"] = Convert.ToBase64String([.. rows.SelectMany(row => row!.AsArray()).SelectMany(number => BitConverter.GetBytes((double)number!))]),
        },
        _ => request.DeepClone(),
    };

    /// <summary>Every list of numbers of the plain answer is an object of these numbers in the other, of this precision.</summary>
    private static void AssertSame(JsonNode? plain, JsonNode? encoded, string dtype)
    {
        if (plain is JsonArray list && encoded is JsonObject array)
        {
            Assert.Equal(dtype, (string)array["dtype"]!);
            var bytes = Convert.FromBase64String((string)array["base64"]!);
            var numbers = dtype == "float32"
                ? bytes.Chunk(4).Select(four => (double)BitConverter.ToSingle(four))
                : bytes.Chunk(8).Select(eight => BitConverter.ToDouble(eight));
            Assert.Equal(Flat(list).Select(number => dtype == "float32" ? (float)number : number), numbers);
            Assert.Equal(list.Count, (long)array["shape"]![0]!);
        }
        else if (plain is JsonObject record)
        {
            Assert.Equal(record.Select(field => field.Key), encoded!.AsObject().Select(field => field.Key));
            Assert.All(record.Where(field => field.Key is not ("timings" or "engine")), field => AssertSame(field.Value, encoded[field.Key], dtype));
        }
        else if (plain is JsonArray entries)
        {
            Assert.All(entries.Zip(encoded!.AsArray()), pair => AssertSame(pair.First, pair.Second, dtype));
        }
        else
        {
            Assert.Equal(plain?.ToJsonString(), encoded?.ToJsonString());
        }
    }

    private static IEnumerable<double> Flat(JsonNode? node) => node is JsonArray list ? list.SelectMany(Flat) : [(double)node!];
}
