using System.Globalization;

namespace GradService.Api.Hosting.Connections;

/// <summary>How many files and connections the process may have open at once, and what it keeps for files.</summary>
internal static class Descriptors
{
    /// <summary>For libraries, some 300 once all are loaded, the database, networks that are read and written, and the log.</summary>
    private const int KeptForFiles = 512;
    private const string Name = "Max open files";

    /// <summary>How many connections there may be, so that files can still be opened.</summary>
    /// <param name="wanted">How many there should be.</param>
    public static long ConnectionsAtMost(long wanted) =>
        File.Exists("/proc/self/limits") ? ConnectionsAtMost(wanted, File.ReadLines("/proc/self/limits")) : wanted;

    /// <inheritdoc cref="ConnectionsAtMost(long)"/>
    /// <param name="wanted">How many there should be.</param>
    /// <param name="limits">Lines of limits, as Linux has them.</param>
    public static long ConnectionsAtMost(long wanted, IEnumerable<string> limits) =>
        limits.FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal)) is { } line
            && long.TryParse(line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture, out var most)
            ? Math.Min(wanted, Math.Max(most - KeptForFiles, most / 2))
            : wanted;
}
