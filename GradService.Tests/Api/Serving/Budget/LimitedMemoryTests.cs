using System.Text;
using System.Text.Json.Nodes;
using GradService.Tests.Docs;

namespace GradService.Tests.Api.Serving.Budget;

/// <summary>The service where the system refuses it memory that the machine has.</summary>
[Collection(OneAtATime.Name)]
[Trait("Lane", "Slow")]
public sealed class LimitedMemoryTests
{
    private const long Limit = 1_500_000_000;

    /// <summary>Computed, too large for what there is, or no memory just now.</summary>
    private static readonly int[] Allowed = [200, 413, 503];

    private static readonly string Small = GoodRequests.Gradient()
        .With("network.inputShape", "[1, 8, 8]")
        .With("network.layers",
            """[{ "type": "conv2d", "outChannels": 4, "kernelSize": 3 }, { "type": "relu" }, { "type": "flatten" }, { "type": "linear", "outFeatures": 1 }]""")
        .With("inputs", $"[[{Image(8)}], [{Image(8)}]]").With("gradient.kind", "\"sum\"").ToJsonString();

    /// <summary>A few samples that become large: 64 channels of 300 × 300, several times.</summary>
    private static readonly string Large = GoodRequests.Gradient()
        .With("network.inputShape", "[1, 300, 300]")
        .With("network.layers", """
            [{ "type": "conv2d", "outChannels": 64, "kernelSize": 3 }, { "type": "relu" }, { "type": "conv2d", "outChannels": 64, "kernelSize": 3 },
             { "type": "flatten" }, { "type": "linear", "outFeatures": 1 }]
            """)
        .With("inputs", $"[{string.Join(',', Enumerable.Repeat($"[{Image(300)}]", 4))}]").With("gradient.kind", "\"sum\"").ToJsonString();

    [FactNeedsPrlimit]
    public async Task Its_budget_is_what_the_limit_leaves_and_small_requests_are_answered_whatever_large_ones_were_refused()
    {
        var (service, address) = await ServiceProcess.ListeningUnderAsync(
            ["prlimit", $"--data={Limit}"], "--Limits:MaxTotalNativeBytes=8000000000", "--Limits:MaxBufferedBytes=4000000000");
        using (service)
        {
            using var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
            Assert.Contains("less than is configured: MaxTotalNativeBytes is", service.Output, StringComparison.Ordinal);
            var limits = JsonNode.Parse(await client.GetStringAsync("/v1/capabilities"))!["limits"]!;
            Assert.InRange(limits["maxTotalNativeBytes"]!.GetValue<long>(), 400_000_000, Limit - 200_000_000);
            Assert.Equal(200, await PostAsync(client, Small));
            for (var time = 0; time < 3; time++)
            {
                Assert.Contains(await PostAsync(client, Large), Allowed);
                Assert.Equal(200, await PostAsync(client, Small));
            }
        }
    }

    private static async Task<int> PostAsync(HttpClient client, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/v1/gradients", content);
        return (int)answer.StatusCode;
    }

    private static string Image(int side) => $"[{string.Join(',', Enumerable.Repeat($"[{string.Join(',', Enumerable.Repeat("0.5", side))}]", side))}]";
}
