using GradService.Fuzz.Targets;
using SharpFuzz;

namespace GradService.Fuzz;

/// <summary>One target under afl-fuzz, which writes each input to a file and is told branches and failures; without it, the file once.</summary>
internal static class Afl
{
    public static int Run(string target, string file)
    {
        // The library reads standard input once before afl-fuzz has written the first input; on a busy machine that run was empty and took no branch.
        var run = FuzzTarget.ByName[target];
        Fuzzer.Run((Stream _) => run(File.ReadAllBytes(file)));
        return 0;
    }
}
