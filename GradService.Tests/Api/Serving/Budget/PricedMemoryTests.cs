using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Xunit.Abstractions;

namespace GradService.Tests.Api.Serving.Budget;

/// <summary>What requests of every kind take in a process of their own, as the kernel counts it, beside what they were priced.</summary>
[Collection(OneAtATime.Name)]
[Trait("Lane", "Slow")]
public sealed partial class PricedMemoryTests(ITestOutputHelper output)
{
    private const double Megabyte = 1 << 20;

    /// <summary>Of what is priced less, other things of a process are too large a part.</summary>
    private const double Small = 50;

    /// <summary>
    /// What may be left of all of them in the end: arrays that .NET has not collected yet, code that was compiled, and the allocator's stock.
    /// </summary>
    private const double Left = 800;

    private static readonly (string Name, string Value)[] Settings =
    [
        ("Limits:ComputeThreads", "1"), ("Limits:MaxNativeBytes", "100000000000"), ("Limits:MaxResultBytes", "1000000000"), ("Limits:DeadlineSeconds", "600"),
        ("Limits:MaxRowByRowWork", "1000000000"), ("Limits:MaxPasses", "10000000"), ("Engine:NetworkCacheBytes", "1000000"),
    ];

    [FactWhereMemoryIsCounted]
    public async Task Nothing_takes_half_as_much_again_as_it_was_priced_and_all_of_it_comes_back()
    {
        await using var prices = new GradApplication
        {
            Settings = [.. Settings, ("Limits:MaxTotalNativeBytes", "1024")],
        };
        using var pricing = prices.CreateClient();
        var (service, address) = await ServiceProcess.ListeningAsync([.. Settings.Select(setting => $"--{setting.Name}={setting.Value}")]);
        using var running = service;
        using var client = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(10) };
        foreach (var kind in new[] { "sum", "jacobian", "hessian" })
        {
            await SendAsync(client, "/v1/gradients", Encoding.UTF8.GetBytes(GoodRequests.Gradient().With("gradient.kind", $"\"{kind}\"").ToJsonString()),
                "application/json");
        }

        var (start, wrong) = (Resident(service, "VmRSS"), new List<string>());
        foreach (var shape in PricedShape.All)
        {
            var (body, media) = shape.Write();
            var native = await PriceAsync(pricing, shape.Path, body, media);
            var before = Resident(service, "VmRSS");
            await File.WriteAllTextAsync($"/proc/{service.Id}/clear_refs", "5");
            var answer = await SendAsync(client, shape.Path, body, media);

            // Bodies, their arrays, and answers as numbers and as they are written are counted by MaxBufferedBytes, as they come.
            var price = native + (2 * body.Length / Megabyte) + (2 * answer / Megabyte);
            var real = Resident(service, "VmHWM") - before;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{price,6:0} priced {real,6:0} real, MB: {shape.Name}"));
            if (real > Math.Max(1.5 * price, price + Small))
            {
                wrong.Add(string.Create(CultureInfo.InvariantCulture, $"{shape.Name}: {real:0} MB, priced {price:0}"));
            }
        }

        var left = Resident(service, "VmRSS") - start;
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.InRange(left, double.NegativeInfinity, Left);
    }

    /// <summary>What the tensors are estimated at, MB: a service that has no memory for them says how much that would be.</summary>
    private static async Task<double> PriceAsync(HttpClient client, string path, byte[] body, string media)
    {
        using var content = Content(body, media);
        using var answer = await client.PostAsync(path, content);
        var text = await answer.Content.ReadAsStringAsync();
        return Asked().Match(text) is { Success: true } asked
            ? double.Parse(asked.Groups[1].ValueSpan, CultureInfo.InvariantCulture) / Megabyte
            : throw new InvalidOperationException(text);
    }

    /// <summary>The length of the answer, bytes.</summary>
    private static async Task<double> SendAsync(HttpClient client, string path, byte[] body, string media)
    {
        using var content = Content(body, media);
        using var answer = await client.PostAsync(path, content);
        var length = (await answer.Content.ReadAsByteArrayAsync()).Length;
        Assert.Equal(200, (int)answer.StatusCode);
        return length;
    }

    private static ByteArrayContent Content(byte[] body, string media) => new(body) { Headers = { ContentType = new MediaTypeHeaderValue(media) } };

    /// <summary>Of the process's status, MB.</summary>
    private static double Resident(ServiceProcess service, string field)
    {
        var line = File.ReadLines($"/proc/{service.Id}/status").First(line => line.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    [GeneratedRegex(@"limit MaxTotalNativeBytes\), got (\d+)")]
    private static partial Regex Asked();

    private sealed class FactWhereMemoryIsCountedAttribute : FactAttribute
    {
        public FactWhereMemoryIsCountedAttribute() =>
            Skip = OperatingSystem.IsLinux() && File.Exists("/proc/self/clear_refs")
                ? null
                : "A process's peak of memory is read, and reset, in Linux's /proc.";
    }
}
