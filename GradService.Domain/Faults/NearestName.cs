namespace GradService.Domain.Faults;

/// <summary>The known name that somebody probably meant, by edit distance (Levenshtein's, two letters swapped counting once).</summary>
public static class NearestName
{
    /// <summary>"Did you mean 'tanh'?" and the known names, or the known names alone where none is near.</summary>
    public static string Suggest(string unknown, IEnumerable<string> known)
    {
        var names = known.ToList();
        var all = names.Count == 0 ? "There are none." : $"Known: {string.Join(", ", names.Take(40))}{(names.Count > 40 ? ", …" : "")}.";
        return DidYouMean(unknown, names) is { } question ? $"{question} {all}" : all;
    }

    /// <summary>"Did you mean 'tanh'?", null where no known name is near.</summary>
    public static string? DidYouMean(string unknown, IEnumerable<string> known)
    {
        var nearest = unknown.Length > 64 ? null : known.MinBy(name => Distance(unknown, name));
        return nearest is not null && Distance(unknown, nearest) <= Math.Max(1, nearest.Length / 3) ? $"Did you mean '{nearest}'?" : null;
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
