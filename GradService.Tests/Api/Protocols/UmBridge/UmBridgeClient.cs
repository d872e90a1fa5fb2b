using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace GradService.Tests.Api.Protocols.UmBridge;

/// <summary>Speaks UM-Bridge as its clients do: bodies without a type, and of an answer the field "error" first.</summary>
internal sealed class UmBridgeClient(ServedApplication application)
{
    public async Task<IReadOnlyList<string>> ModelsAsync()
    {
        using var client = application.CreateClient();
        var info = JsonNode.Parse(await client.GetStringAsync("/Info"))!;
        Assert.Equal(["protocolVersion", "models"], info.AsObject().Select(field => field.Key));
        Assert.Equal(1.0, info["protocolVersion"]!.GetValue<double>());
        return [.. info["models"]!.AsArray().Select(name => (string)name!)];
    }

    public async Task<(HttpStatusCode Status, JsonNode Body)> PostAsync(string operation, string body)
    {
        using var client = application.CreateClient();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        using var response = await client.PostAsync($"/{operation}", content);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    /// <summary>An answer that holds this one field and nothing else.</summary>
    public async Task<JsonNode> AskAsync(string operation, string field, JsonNode body)
    {
        var (status, answer) = await PostAsync(operation, body.ToJsonString());
        Assert.True(status == HttpStatusCode.OK, $"{(int)status}: {answer.ToJsonString()}");
        Assert.Equal([field], answer.AsObject().Select(each => each.Key));
        return answer[field]!;
    }

    public async Task<double[]> VectorAsync(string operation, JsonNode body) => (await AskAsync(operation, "output", body)).Deserialize<double[]>()!;

    /// <summary>The refusal of a body, which is of this type and form.</summary>
    public async Task<string> RefusedAsync(string operation, string type, string body, HttpStatusCode status = HttpStatusCode.BadRequest)
    {
        var (got, answer) = await PostAsync(operation, body);
        Assert.True(got == status, $"{(int)got}: {answer.ToJsonString()}");
        Assert.Equal(["error"], answer.AsObject().Select(each => each.Key));
        Assert.Equal(["type", "message"], answer["error"]!.AsObject().Select(each => each.Key));
        Assert.Equal(type, (string)answer["error"]!["type"]!);
        return (string)answer["error"]!["message"]!;
    }
}
