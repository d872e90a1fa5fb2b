namespace GradService.Fuzz;

/// <summary>The verbs; <c>run.sh</c> puts the first two together.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["instrument", var folder]:
                return Instrumentation.Apply(folder);
            case ["fuzz", var target]:
                return Afl.Run(target);
            case ["replay", var target, .. var files]:
                return Replay.Run(target, files);
            default:
                Console.Error.WriteLine("instrument FOLDER | fuzz TARGET (by afl-fuzz) | replay TARGET FILE…");
                return 2;
        }
    }
}
