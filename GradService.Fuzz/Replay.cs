using GradService.Fuzz.Targets;

namespace GradService.Fuzz;

/// <summary>Inputs of files once more, each failure in words.</summary>
internal static class Replay
{
    /// <returns>0 where all is well, else 1.</returns>
    public static int Run(string target, IReadOnlyList<string> files)
    {
        var failures = 0;
        foreach (var file in files)
        {
            try
            {
                FuzzTarget.ByName[target](File.ReadAllBytes(file));
            }
            catch (Exception failure)
            {
                failures++;
                Console.WriteLine($"{file}: {failure}");
            }
        }

        Console.WriteLine($"{files.Count} inputs, {failures} failures");
        return failures == 0 ? 0 : 1;
    }
}
