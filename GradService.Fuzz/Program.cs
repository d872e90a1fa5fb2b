using System.Globalization;
using GradService.Fuzz.Search;
using GradService.Fuzz.Soak;
using GradService.Fuzz.Storm;
using GradService.Fuzz.Walk;

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
            case ["fuzz", var target, var file]:
                return Afl.Run(target, file);
            case ["replay", var finding] when File.Exists(finding):
                return await WorstCaseSearch.ReplayAsync(finding);
            case ["replay", var target, .. var files]:
                return Replay.Run(target, files);
            case ["storm", var requests, .. var seed]:
                return await MutationStorm.RunAsync(int.Parse(requests, CultureInfo.InvariantCulture),
                    seed is [var text] ? int.Parse(text, CultureInfo.InvariantCulture) : 1);
            case ["search", var minutes, .. var options]:
                return await WorstCaseSearch.RunAsync(
                    Minutes(minutes), Seed(options), !options.Contains("good"),
                    options.FirstOrDefault(option => option.Contains('/', StringComparison.Ordinal)));
            case ["soak", var minutes, .. var options]:
                return await ServiceSoak.RunAsync(Minutes(minutes), Seed(options));
            case ["walk", .. var options]:
                return await RequestWalk.RunAsync(options.FirstOrDefault(option => option != "list") ?? AppContext.BaseDirectory, options.Contains("list"));
            case ["walked", var how]:
                return await RequestWalk.CountAsync(how == "list");
            default:
                await Console.Error.WriteLineAsync("instrument FOLDER | fuzz TARGET FILE (by afl-fuzz) | replay TARGET FILE… | replay FINDING"
                    + " | storm REQUESTS [SEED] | search MINUTES [SEED] [good] [FOLDER/] | soak MINUTES [SEED] | walk [list] [FOLDER]");
                return 2;
        }
    }

    private static TimeSpan Minutes(string text) => TimeSpan.FromMinutes(double.Parse(text, CultureInfo.InvariantCulture));

    private static int Seed(string[] options) =>
        options.Select(option => int.TryParse(option, CultureInfo.InvariantCulture, out var seed) ? seed : 1).DefaultIfEmpty(1).Max();
}
