using System.Text.Json.Nodes;
using GradService.Fuzz.Mutations;

namespace GradService.Fuzz.Search;

/// <summary>Makes a candidate smaller as long as it breaks the same rule: sizes halved, entries of lists left out, one at a time.</summary>
internal static class Minimisation
{
    /// <param name="candidate">What breaks the rule.</param>
    /// <param name="figure">What says that it does.</param>
    /// <param name="breaksAsync">Whether a smaller one still does; null: it does not.</param>
    /// <param name="trials">How often that may be asked.</param>
    /// <returns>The smallest that was found, and its figure.</returns>
    public static async Task<(Candidate Candidate, string Figure)> SmallestAsync(
        Candidate candidate, string figure, Func<Candidate, Task<string?>> breaksAsync, int trials)
    {
        var (smallest, at) = ((Candidate: candidate, Figure: figure), 0);
        for (; trials > 0; trials--)
        {
            var steps = Smaller(smallest.Candidate).Where(CandidateBody.IsSound).ToList();
            if (at >= steps.Count)
            {
                break;
            }

            if (await breaksAsync(steps[at]) is { } still)
            {
                // The same step again: sizes are far too large more often than twice.
                smallest = (steps[at], still);
            }
            else
            {
                at++;
            }
        }

        return smallest;
    }

    /// <summary>Everything that is a step smaller, the largest steps first.</summary>
    public static IEnumerable<Candidate> Smaller(Candidate candidate)
    {
        if (candidate.Copies > 1)
        {
            yield return candidate with { Copies = candidate.Copies / 2 };
        }

        if (candidate.Samples > 1)
        {
            yield return candidate with { Samples = candidate.Samples / 2 };
        }

        var lists = ListsIn(candidate.Template).Count;
        for (var list = 0; list < lists; list++)
        {
            for (var entry = 0; ; entry++)
            {
                var template = candidate.Template!.DeepClone();
                var entries = ListsIn(template)[list];
                if (entries.Count < 2 || entry == entries.Count)
                {
                    break;
                }

                entries.RemoveAt(entry);
                yield return candidate with { Template = template };
            }
        }

        var sizes = CandidateMutation.SizesIn(candidate.Template).Count;
        for (var size = 0; size < sizes; size++)
        {
            var template = candidate.Template!.DeepClone();
            var place = CandidateMutation.SizesIn(template)[size];
            if ((int)place.Value! is > 1 and var value)
            {
                place.Value = value / 2;
                yield return candidate with { Template = template };
            }
        }
    }

    private static List<JsonArray> ListsIn(JsonNode? template) =>
        [.. JsonPlace.Below(template).Where(place => place.Name is "layers" or "terms" or "points").Select(place => place.Value).OfType<JsonArray>()];
}
