using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Api.Storage;
using GradService.Tests.Api.Documents;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace GradService.Tests.Api;

/// <summary>The service through its real pipeline, with settings laid over its own.</summary>
public class GradApplication : WebApplicationFactory<Program>
{
    private readonly TemporaryFolder _storage = new();
    private NetworkStore? _store;
    private bool _listens;

    /// <summary>Configuration, as ("Limits:MaxPasses", "10").</summary>
    internal IReadOnlyList<(string Key, string Value)> Settings { get; init; } = [];

    /// <summary>Services laid over the service's own.</summary>
    internal Action<IServiceCollection>? Additions { get; init; }

    /// <summary>Starts it on a port of its own, for callers from outside the process.</summary>
    public void Listen()
    {
        _listens = true;
        UseKestrel();
        StartServer();
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        if (_listens)
        {
            // A port that the factory is told is set beside the program, which may have begun to listen by then.
            builder.UseSetting("urls", "http://127.0.0.1:0");
        }

        if (Additions is { } additions)
        {
            builder.ConfigureServices(additions);
        }

        // Not where the user of this machine has networks.
        builder.UseSetting("Storage:Folder", _storage.Path);
        foreach (var (key, value) in Settings)
        {
            builder.UseSetting(key, value);
        }
    }

    protected override IHost CreateHost(IHostBuilder builder)
    {
        var host = base.CreateHost(builder);
        _store = host.Services.GetService<NetworkStore>();
        return host;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();

        // The program's own thread may still be at it, and whoever comes next wants the folder: this waits until it has been left.
        _store?.Dispose();
        _storage.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Posts a JSON text; the answer's status and JSON, which the document holds for.</summary>
    public async Task<(HttpStatusCode Status, JsonNode Body)> PostAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var client = CreateClient();
        using var response = await client.PostAsync(path, content);
        var text = await response.Content.ReadAsStringAsync();
        DocumentOracle.Committed.AssertHolds(response, text);
        return (response.StatusCode, JsonNode.Parse(text)!);
    }

    /// <summary>Posts a request that must succeed.</summary>
    public async Task<JsonNode> SucceedAsync(string path, JsonNode request)
    {
        var (status, body) = await PostAsync(path, request.ToJsonString());
        Assert.True(status == HttpStatusCode.OK, $"{(int)status}: {(body.ToJsonString() is { Length: > 2000 } text ? text[..2000] : body.ToJsonString())}");
        return body;
    }
}

/// <summary>One running service for all tests that do not change its settings.</summary>
[CollectionDefinition(Name)]
public sealed class SharedApplication : ICollectionFixture<GradApplication>
{
    public const string Name = "shared application";
}
