using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GradService.Tests.Api.Protocols.Tesseract;

/// <summary>
/// Asks as Tesseract's own client does: arrays in base64 without an object type, errors with status 422 taken apart, all objects with a
/// shape in an answer decoded.
/// </summary>
internal sealed class TesseractClient(ServedApplication application, string name)
{
    /// <summary>Both are read whatever was asked for.</summary>
    public string? Accept { get; init; } = "*/*";

    public async Task<JsonNode> GetAsync(string endpoint)
    {
        using var client = application.CreateClient();

        // The client sends its encoded payload with every request, and of none "null".
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/tesseract/{name}/{endpoint}") { Content = Json("null") };
        using var response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    public async Task<(HttpStatusCode Status, string Text)> PostAsync(string endpoint, string payload)
    {
        using var client = application.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/tesseract/{name}/{endpoint}?run_id=7") { Content = Json(payload) };
        if (Accept is not null)
        {
            request.Headers.Accept.ParseAdd(Accept);
        }

        using var response = await client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task<JsonNode> AskAsync(string endpoint, JsonNode payload)
    {
        var (status, text) = await PostAsync(endpoint, payload.ToJsonString());
        Assert.True(status == HttpStatusCode.OK, $"{(int)status}: {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>The errors of a refusal as the client takes them into its own exception: each has a type, a place and a message.</summary>
    public async Task<IReadOnlyList<(string Type, string Loc, string Msg)>> RefusedAsync(string endpoint, string payload)
    {
        var (status, text) = await PostAsync(endpoint, payload);
        Assert.True(status == HttpStatusCode.UnprocessableEntity, $"{(int)status}: {text}");
        return [.. JsonNode.Parse(text)!["detail"]!.AsArray().Select(error => (
            (string)error!["type"]!,
            string.Join('.', error["loc"]!.AsArray()
                .Select(step => step!.GetValueKind() == JsonValueKind.Number ? step.GetValue<int>().ToString(CultureInfo.InvariantCulture) : (string)step!)),
            (string)error["msg"]!))];
    }

    /// <summary>An array as the client sends it.</summary>
    public static JsonObject Encode(float[] values, params int[] shape) => Encode(MemoryMarshal.AsBytes(values.AsSpan()), "float32", shape);

    public static JsonObject Encode(double[] values, params int[] shape) => Encode(MemoryMarshal.AsBytes(values.AsSpan()), "float64", shape);

    public static JsonObject Encode(ReadOnlySpan<byte> bytes, string dtype, params int[] shape) => new()
    {
        ["shape"] = new JsonArray([.. shape.Select(size => (JsonNode)size)]),
        ["dtype"] = dtype,
        ["data"] = new JsonObject { ["buffer"] = Convert.ToBase64String(bytes), ["encoding"] = "base64" },
    };

    /// <summary>The numbers of an array of an answer, flat, after its shape.</summary>
    public static (int[] Shape, double[] Values) Decode(JsonNode array)
    {
        Assert.Equal(["object_type", "shape", "dtype", "data"], array.AsObject().Select(field => field.Key));
        Assert.Equal("array", (string)array["object_type"]!);
        var shape = array["shape"]!.Deserialize<int[]>()!;
        var (buffer, dtype) = (array["data"]!["buffer"]!, (string)array["dtype"]!);
        var values = (string)array["data"]!["encoding"]! == "base64"
            ? Numbers(Convert.FromBase64String((string)buffer!), dtype)
            : [.. Leaves(buffer).Select(leaf => dtype == "float32" ? leaf.GetValue<float>() : leaf.GetValue<double>())];
        Assert.Equal(shape.Aggregate(1, (product, size) => product * size), values.Length);
        return (shape, values);
    }

    private static double[] Numbers(byte[] bytes, string dtype) => dtype == "float32"
        ? [.. MemoryMarshal.Cast<byte, float>(bytes).ToArray().Select(value => (double)value)]
        : MemoryMarshal.Cast<byte, double>(bytes).ToArray();

    private static IEnumerable<JsonNode> Leaves(JsonNode node) => node is JsonArray list ? list.SelectMany(entry => Leaves(entry!)) : [node];

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
