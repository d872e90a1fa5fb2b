namespace GradService.Domain.Faults;

/// <summary>The known name that somebody probably meant, by edit distance (Levenshtein's, two letters swapped counting once).</summary>
public static class NearestName
{
    // All layers are less.
    private const int MostListed = 100;

    /// <summary>"Did you mean 'tanh'?" and the known names, or the known names alone where none is near.</summary>
    public static string Suggest(string unknown, IEnumerable<string> known)
    {
        var names = known.ToList();
        return DidYouMean(unknown, names) is { } question ? $"{question} {Listed(names)}" : Listed(names);
    }

    /// <summary>The known names, or the first of many.</summary>
    public static string Listed(IEnumerable<string> known)
    {
        var names = known.Take(MostListed + 1).ToList();
        return names.Count == 0 ? "There are none." : $"Known: {string.Join(", ", names.Take(MostListed))}{(names.Count > MostListed ? ", …" : "")}.";
    }

    /// <summary>"Did you mean 'tanh'?", null where no known name is near.</summary>
    public static string? DidYouMean(string unknown, IEnumerable<string> known) =>
        Nearest(unknown, known) is [var nearest, ..] ? $"Did you mean '{nearest}'?" : null;

    /// <summary>The known names that are nearest of all, none where none is near.</summary>
    public static IReadOnlyList<string> Nearest(string unknown, IEnumerable<string> known)
    {
        var measured = unknown.Length > 64 ? [] : known.Select(name => (Name: name, Distance: Distance(unknown, name))).ToList();
        var least = measured.Select(each => each.Distance).DefaultIfEmpty().Min();
        return measured.FirstOrDefault(each => each.Distance == least).Name is { } nearest && least <= Math.Max(1, nearest.Length / 3)
            ? [.. measured.Where(each => each.Distance == least).Select(each => each.Name)] : [];
    }

    private static int Distance(string a, string b)
    {
        var (beforePrevious, previous) = (Array.Empty<int>(), Enumerable.Range(0, b.Length + 1).ToArray());
        for (var i = 1; i <= a.Length; i++)
        {
            var current = new int[b.Length + 1];
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitution = previous[j - 1] + (Same(a[i - 1], b[j - 1]) ? 0 : 1);
                current[j] = Math.Min(substitution, Math.Min(previous[j], current[j - 1]) + 1);
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                {
                    current[j] = Math.Min(current[j], beforePrevious[j - 2] + 1);
                }
            }

            (beforePrevious, previous) = (previous, current);
        }

        return previous[b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
