using System.Globalization;
using GradService.Fuzz.Storm;

namespace GradService.Fuzz;

/// <summary>The verbs; <c>run.sh</c> puts the first two together. Each ends with 0 where all was as it must be.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["instrument", var folder]:
                return Instrumentation.Apply(folder);
            case ["fuzz", var target]:
                return Afl.Run(target);
            case ["replay", var target, .. var files]:
                return Replay.Run(target, files);
            case ["storm", var requests, .. var seed]:
                return await MutationStorm.RunAsync(int.Parse(requests, CultureInfo.InvariantCulture), seed is [var text] ? int.Parse(text, CultureInfo.InvariantCulture) : 1);
            default:
                await Console.Error.WriteLineAsync("instrument FOLDER | fuzz TARGET (by afl-fuzz) | replay TARGET FILE… | storm REQUESTS [SEED]");
                return 2;
        }
    }
}
