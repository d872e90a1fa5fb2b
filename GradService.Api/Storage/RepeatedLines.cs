namespace GradService.Api.Storage;

/// <summary>Lets a line of the log that says the same through once a minute, and counts the others: many refusals for one reason are one line.</summary>
internal sealed class RepeatedLines(TimeProvider time)
{
    private const int MostReasons = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (DateTimeOffset Said, int Since)> _reasons = new(StringComparer.Ordinal);

    /// <summary>Whether it is time to say it.</summary>
    /// <param name="reason">What would be said.</param>
    /// <param name="before">How often it was not said since it was last.</param>
    public bool IsDue(string reason, out int before)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            var isKnown = _reasons.TryGetValue(reason, out var known);
            before = known.Since;
            if (isKnown && now - known.Said < Pause)
            {
                _reasons[reason] = (known.Said, known.Since + 1);
                return false;
            }

            if (!isKnown && _reasons.Count == MostReasons)
            {
                _reasons.Clear();
            }

            _reasons[reason] = (now, 0);
            return true;
        }
    }
}
