using System.Text.Json.Nodes;

namespace GradService.Tests.Api.Protocols;

/// <summary>The service with a few named networks.</summary>
public class ServedApplication : GradApplication, IAsyncLifetime
{
    public async Task InitializeAsync()
    {
        await StoreAsync("forum",
            """{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 10 }, { "type": "tanh" }, { "type": "batchNorm", "affine": false }, """
                + """{ "type": "linear", "outFeatures": 1 }], "seed": 7 }""");
        await StoreAsync("wide",
            """{ "inputShape": [3], "layers": [{ "type": "linear", "outFeatures": 4 }, { "type": "silu" }, { "type": "batchNorm" }, """
                + """{ "type": "linear", "outFeatures": 2 }], "dtype": "float64", "seed": 3 }""");
        await StoreAsync("image",
            """{ "inputShape": [1, 4, 4], "layers": [{ "type": "conv2d", "outChannels": 2, "kernelSize": 3 }, { "type": "batchNorm" }, """
                + """{ "type": "sigmoid" }], "seed": 5 }""");
    }

    async Task IAsyncLifetime.DisposeAsync() => await DisposeAsync();

    /// <summary>Stores a network under a name, which must be free or point to the same one.</summary>
    public async Task StoreAsync(string name, string network)
    {
        var (status, answer) = await PostAsync("/v1/networks", $$"""{ "name": "{{name}}", "network": {{network}} }""");
        Assert.True((int)status is 200 or 201, answer.ToJsonString());
    }

    /// <summary>A request to /v1 about a named network.</summary>
    public static JsonObject Request(string name) => new() { ["network"] = new JsonObject { ["name"] = name } };
}
