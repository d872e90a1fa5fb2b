using System.Net.Http.Json;
using System.Text.Json.Nodes;
using GradService.Domain.Gradients;
using GradService.Domain.Native;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Api.Hosting.Preparation;

/// <summary>A process of its own, which says by its maps what it has loaded: libtorch is there when it is needed, and not before.</summary>
[Trait("Lane", "Slow")]
public sealed class ServiceWithoutLibTorchTests
{
    [FactNeedsLinux]
    public async Task What_the_dense_engine_takes_is_answered_before_libtorch_is_loaded_and_what_needs_tensors_loads_it()
    {
        using var service = new ServiceProcess("--urls=http://127.0.0.1:0", "--Engine:LoadAtStart=false");
        using var client = await ClientOfAsync(service);
        foreach (var dtype in new[] { "float32", "float64" })
        {
            foreach (var gradient in new[] { """{ "kind": "sum" }""", """{ "kind": "perSample" }""",
                """{ "kind": "vjp", "cotangent": [[1, 2], [3, 4], [5, 6]] }""" })
            {
                Assert.Equal("dense", await EngineOfAsync(client, GoodRequests.Gradient().With("network.dtype", $"\"{dtype}\"").With("gradient", gradient)));
            }
        }

        // Nor is it needed to say what there is, what is wrong, or how the process is.
        await OkAsync(client.PostAsJsonAsync("/v1/forward", GoodRequests.Forward()));
        await OkAsync(client.GetAsync("/v1/capabilities"));
        await OkAsync(client.GetAsync("/metrics"));
        await OkAsync(client.GetAsync("/health/live"));
        using (var refused = await client.PostAsJsonAsync("/v1/gradients", GoodRequests.Gradient().With("network.parameters", """{ "0.weight": [1] }""")))
        {
            Assert.Equal(400, (int)refused.StatusCode);
        }

        Assert.False(HasLibTorch(service));
        Assert.Equal("tensor", await EngineOfAsync(client, GoodRequests.Gradient().With("gradient", """{ "kind": "jacobian" }""")));
        Assert.True(HasLibTorch(service));
    }

    [FactNeedsLinux]
    public async Task Who_asks_for_readiness_has_it_loaded()
    {
        using var service = new ServiceProcess("--urls=http://127.0.0.1:0", "--Engine:LoadAtStart=false");
        using var client = await ClientOfAsync(service);
        Assert.False(HasLibTorch(service));
        await OkAsync(client.GetAsync("/health/ready"));
        Assert.True(HasLibTorch(service));
    }

    [FactNeedsLinux]
    public async Task By_default_it_is_loaded_soon_after_the_start_without_anybody_asking()
    {
        using var service = new ServiceProcess("--urls=http://127.0.0.1:0");
        using var client = await ClientOfAsync(service);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!HasLibTorch(service))
        {
            await Task.Delay(50, patience.Token);
        }
    }

    [Fact]
    public async Task Where_it_cannot_be_loaded_whoever_needs_it_is_told_so_and_may_try_again()
    {
        const string Reason = "It cannot be loaded.";
        await using var broken = new GradApplication
        {
            Additions = services => services.AddSingleton<GradientService>(_ => throw new LibTorchUnavailableException(Reason)),
        };
        using var client = broken.CreateClient();
        using var answer = await client.PostAsJsonAsync("/v1/gradients", GoodRequests.Gradient());
        Assert.Equal((503, TimeSpan.FromSeconds(1)), ((int)answer.StatusCode, answer.Headers.RetryAfter!.Delta));
        Assert.Equal(Reason, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["detail"]!.GetValue<string>());
    }

    private static async Task<HttpClient> ClientOfAsync(ServiceProcess service) =>
        new()
        {
            BaseAddress = new Uri((await service.UntilAsync("Now listening on: ")).Split("Now listening on: ")[1].Trim()),
            Timeout = TimeSpan.FromMinutes(2),
        };

    private static bool HasLibTorch(ServiceProcess service) =>
        File.ReadAllText($"/proc/{service.Id}/maps").Contains("libtorch_cpu", StringComparison.Ordinal);

    private static async Task<string> EngineOfAsync(HttpClient client, JsonNode request)
    {
        using var answer = await client.PostAsJsonAsync("/v1/gradients", request);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.True(answer.IsSuccessStatusCode, body.ToJsonString());
        Assert.Equal("2.10.0", body["diagnostics"]!["engine"]!["libTorch"]!.GetValue<string>());
        return body["diagnostics"]!["engine"]!["name"]!.GetValue<string>();
    }

    private static async Task OkAsync(Task<HttpResponseMessage> asking)
    {
        using var answer = await asking;
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactNeedsLinuxAttribute : FactAttribute
{
    public FactNeedsLinuxAttribute() => Skip = OperatingSystem.IsLinux() ? null : "Only Linux shows what a process has loaded under /proc.";
}
