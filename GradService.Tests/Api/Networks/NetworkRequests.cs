using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace GradService.Tests.Api.Networks;

/// <summary>What clients of stored networks send.</summary>
internal static class NetworkRequests
{
    /// <summary>A network of five layers, its seed making it another.</summary>
    public static string Spec(int seed) => $$"""
        {
          "inputShape": [1],
          "layers": [ { "type": "linear", "outFeatures": 3 }, { "type": "tanh" }, { "type": "batchNorm" }, { "type": "linear", "outFeatures": 2 } ],
          "seed": {{seed}}
        }
        """;

    public static HttpContent Json(string json) => new StringContent(json, Encoding.UTF8, "application/json");

    /// <summary>A form of parts; those that are null are not in it.</summary>
    public static MultipartFormDataContent Form(string? network, byte[]? parameters, string? name = null)
    {
        var form = new MultipartFormDataContent();
        if (network is not null)
        {
            form.Add(Json(network), "network");
        }

        if (parameters is not null)
        {
            form.Add(new ByteArrayContent(parameters) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } }, "parameters",
                "model.safetensors");
        }

        if (name is not null)
        {
            form.Add(new StringContent(name), "name");
        }

        return form;
    }

    /// <summary>Stores a network that must be storable; its id.</summary>
    public static async Task<string> StoreAsync(this HttpClient client, string spec, string? name = null)
    {
        var (status, body) = await client.PostNetworkAsync(Json($$"""{ "network": {{spec}}{{(name is null ? "" : $", \"name\": \"{name}\"")}} }"""));
        Assert.True(status is HttpStatusCode.Created or HttpStatusCode.OK, $"{status} {body}");
        return (string)body["id"]!;
    }

    public static async Task<(HttpStatusCode Status, JsonNode Body)> PostNetworkAsync(this HttpClient client, HttpContent content)
    {
        using (content)
        using (var response = await client.PostAsync("/v1/networks", content))
        {
            return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
        }
    }

    /// <summary>Moves a name; the answer.</summary>
    public static async Task<HttpResponseMessage> MoveAsync(this HttpClient client, string name, string id, string? ifMatch = null, string? ifNoneMatch = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/v1/names/{name}") { Content = Json($$"""{ "id": "{{id}}" }""") };
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        if (ifNoneMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", ifNoneMatch);
        }

        return await client.SendAsync(request);
    }

    /// <summary>Numbers of a stored network in a form.</summary>
    public static async Task<byte[]> ParametersAsync(this HttpClient client, string id, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/networks/{id}/parameters");
        request.Headers.Accept.ParseAdd(accept);
        using var response = await client.SendAsync(request);
        Assert.Equal((HttpStatusCode.OK, accept), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        return await response.Content.ReadAsByteArrayAsync();
    }

    public static async Task<JsonNode> GetJsonAsync(this HttpClient client, string path) => JsonNode.Parse(await client.GetStringAsync(path))!;
}
