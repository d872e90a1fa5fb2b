using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace GradService.Tests.Api.Serving.Budget;

/// <summary>The allocator's arenas in a real process of many compute threads, as the kernel shows its memory.</summary>
[Collection(OneAtATime.Name)]
[Trait("Lane", "Slow")]
public sealed class ArenaTests
{
    private const int Threads = 24;

    /// <summary>What .NET's own threads have made before the program begins, and some more.</summary>
    private const int Handful = 12;

    [FactOnGlibc]
    public async Task They_are_a_handful_however_many_threads_compute_unless_the_environment_says_otherwise()
    {
        Assert.InRange(await ArenasAsync(""), 1, Handful);
        Assert.InRange(await ArenasAsync("2"), 0, Handful);
        Assert.InRange(await ArenasAsync("64"), Threads, 64);
    }

    private static async Task<int> ArenasAsync(string variable)
    {
        var (service, address) = await ServiceProcess.ListeningWithAsync("MALLOC_ARENA_MAX", variable, $"--Limits:ComputeThreads={Threads}");
        using (service)
        {
            using var client = new HttpClient { BaseAddress = address };
            await Task.WhenAll(Enumerable.Range(0, 2 * Threads).Select(async _ =>
            {
                using var content = new StringContent(GoodRequests.Gradient().With("gradient", """{ "kind": "jacobian" }""").ToJsonString(), Encoding.UTF8,
                    "application/json");
                using var answer = await client.PostAsync("/v1/gradients", content);
                Assert.Equal(200, (int)answer.StatusCode);
            }));
            return Count(await File.ReadAllLinesAsync($"/proc/{service.Id}/maps"));
        }
    }

    /// <summary>An arena of glibc's is 64 MiB of addresses at a multiple of 64 MiB: what is in use, and behind it what may not be touched yet.</summary>
    private static int Count(string[] maps)
    {
        const long Arena = 64L << 20;
        var regions = maps.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(parts => parts.Length == 5)
            .Select(parts => (Ends: parts[0].Split('-').Select(end => long.Parse(end, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray(),
                Rights: parts[1])).ToList();
        return regions.Zip(regions.Skip(1)).Count(pair => pair.First.Ends[0] % Arena == 0 && pair.First.Rights.StartsWith("rw", StringComparison.Ordinal)
            && pair.Second.Rights.StartsWith("---", StringComparison.Ordinal) && pair.Second.Ends[0] == pair.First.Ends[1]
            && pair.Second.Ends[1] == pair.First.Ends[0] + Arena);
    }

    private sealed class FactOnGlibcAttribute : FactAttribute
    {
        public FactOnGlibcAttribute() => Skip = OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out _) ? null : "Arenas are glibc's, on Linux.";
    }
}
