namespace GradService.Fuzz.Walk;

/// <summary>Which source files a request has entered; called from where <see cref="WalkInstrumentation"/> wrote the calls.</summary>
public static class Entered
{
    private static readonly bool[] Files = new bool[1 << 12];

    /// <summary>A method of the file with that number has begun.</summary>
    public static void File(int number) => Files[number] = true;

    internal static IReadOnlyList<int> Numbers => [.. Enumerable.Range(0, Files.Length).Where(number => Files[number])];

    internal static void Forget() => Array.Clear(Files);
}
