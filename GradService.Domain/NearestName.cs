namespace GradService.Domain;

/// <summary>The known name that somebody probably meant, by edit distance (Levenshtein).</summary>
public static class NearestName
{
    /// <summary>"Did you mean 'tanh'?" and the known names, or the known names alone where none is near.</summary>
    public static string Suggest(string unknown, IEnumerable<string> known)
    {
        var names = known.ToList();
        var all = names.Count == 0 ? "There are none." : $"Known: {string.Join(", ", names.Take(40))}{(names.Count > 40 ? ", …" : "")}.";
        var nearest = names.Count == 0 || unknown.Length > 64 ? null : names.MinBy(name => Distance(unknown, name));
        return nearest is not null && Distance(unknown, nearest) <= Math.Max(1, nearest.Length / 3)
            ? $"Did you mean '{nearest}'? {all}"
            : all;
    }

    private static int Distance(string a, string b)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var current = new int[b.Length + 1];
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitution = previous[j - 1] + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                current[j] = Math.Min(substitution, Math.Min(previous[j], current[j - 1]) + 1);
            }

            previous = current;
        }

        return previous[b.Length];
    }
}
