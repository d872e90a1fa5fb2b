using GradService.Fuzz.Targets;
using SharpFuzz;

namespace GradService.Fuzz;

/// <summary>One target under afl-fuzz, which sends inputs and is told branches and failures; without it, standard input once.</summary>
internal static class Afl
{
    public static int Run(string target)
    {
        var run = FuzzTarget.ByName[target];
        Fuzzer.Run((Stream input) =>
        {
            using var bytes = new MemoryStream();
            input.CopyTo(bytes);
            run(bytes.ToArray());
        });
        return 0;
    }
}
