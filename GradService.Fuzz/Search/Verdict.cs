using System.Globalization;

namespace GradService.Fuzz.Search;

/// <summary>What no request may do.</summary>
internal enum Rule
{
    /// <summary>The process ends, or is not ready afterwards.</summary>
    Lost,

    /// <summary>A 5xx that is no deliberate refusal.</summary>
    Failure,

    /// <summary>An answer, or a thread that computes, long after the deadline.</summary>
    Late,

    /// <summary>Far more memory than was priced.</summary>
    Memory,

    /// <summary>Cheap requests of others wait.</summary>
    Starved,
}

/// <summary>Which rules a candidate broke.</summary>
internal static class Verdict
{
    /// <summary>How long after the deadline an answer may come from a busy machine, seconds.</summary>
    public const double Patience = 5;

    /// <summary>What the 99th percentile of cheap requests may be beside anything, seconds.</summary>
    public const double MostCheapSeconds = 1;

    private const double MostTimesPriced = 2;
    private const double MostBytesUnpriced = 100e6;

    /// <param name="cost">What it took.</param>
    /// <param name="deadline">When an answer was due, seconds.</param>
    /// <returns>Each rule that was broken, and the figure that says so.</returns>
    public static IEnumerable<(Rule Rule, string Figure)> Of(Cost cost, double deadline)
    {
        if (cost.Lost is { } lost)
        {
            yield return (Rule.Lost, lost);
        }

        if (cost.Status >= 500 && cost.Status is not (503 or 507))
        {
            yield return (Rule.Failure, $"status {cost.Status}");
        }

        if (cost.OwnSeconds > deadline + Patience || (cost.HasNoEnd && cost.Lost is null))
        {
            yield return (Rule.Late, cost.HasNoEnd
                ? Text($"no end after {cost.Seconds:F1} s at a deadline of {deadline} s")
                : Text($"{cost.OwnSeconds:F1} s at a deadline of {deadline} s"));
        }

        if (cost.Bytes > (MostTimesPriced * cost.PricedBytes) + MostBytesUnpriced)
        {
            yield return (Rule.Memory, Text($"{cost.Bytes / 1e6:F0} MB for a price of {cost.PricedBytes / 1e6:F0}"));
        }

        if (cost.CheapSeconds > MostCheapSeconds)
        {
            yield return (Rule.Starved, Text($"cheap requests took {cost.CheapSeconds:F2} s"));
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
