using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Api.Networks;
using GradService.Api.Requests;
using GradService.Domain;
using GradService.Domain.Networks;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Api.Protocols;

/// <summary>The service with a few named networks.</summary>
public class ServedApplication : GradApplication, IAsyncLifetime
{
    private readonly FakeNetworks _fake = new();

    public ServedApplication() => Additions = services => services.AddSingleton<INamedNetworks>(_fake);

    public async Task InitializeAsync()
    {
        await StoreAsync("forum", """{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 10 }, { "type": "tanh" }, { "type": "batchNorm", "affine": false }, { "type": "linear", "outFeatures": 1 }], "seed": 7 }""");
        await StoreAsync("wide", """{ "inputShape": [3], "layers": [{ "type": "linear", "outFeatures": 4 }, { "type": "silu" }, { "type": "batchNorm" }, { "type": "linear", "outFeatures": 2 }], "dtype": "float64", "seed": 3 }""");
        await StoreAsync("image", """{ "inputShape": [1, 4, 4], "layers": [{ "type": "conv2d", "outChannels": 2, "kernelSize": 3 }, { "type": "batchNorm" }, { "type": "sigmoid" }], "seed": 5 }""");
    }

    Task IAsyncLifetime.DisposeAsync() => Task.CompletedTask;

    public Task StoreAsync(string name, string network)
    {
        _fake.Add(name, RequestReader.Read<NetworkSpec>(Encoding.UTF8.GetBytes(network)), JsonNode.Parse(network)!);
        return Task.CompletedTask;
    }

    /// <summary>The network as a request has it.</summary>
    public JsonNode Reference(string name) => _fake.Json[name].DeepClone();

    private sealed class FakeNetworks : INamedNetworks
    {
        private readonly ConcurrentDictionary<string, NamedNetwork> _networks = new();

        public ConcurrentDictionary<string, JsonNode> Json { get; } = new();

        public IReadOnlyList<string> Names => [.. _networks.Keys.Order(StringComparer.Ordinal)];

        public void Add(string name, NetworkSpec spec, JsonNode json)
        {
            var shape = NetworkShape.Infer(spec, new Limits());
            _networks[name] = new NamedNetwork(spec, shape.Input, shape.Output, spec.Dtype);
            Json[name] = json;
        }

        public NamedNetwork Find(string name) => _networks.GetValueOrDefault(name) ?? throw new FaultException(Fault.NotFound("network.name", "the name of a stored network", Fault.Quoted(name)));
    }
}
