namespace GradService.Api.Storage;

/// <summary>
/// What was looked up lately in the database, whose only writer this process is. Only what is there is kept, and nothing that was read
/// before a change and arrives after it. Any number of threads may use it.
/// </summary>
internal sealed class RecentLookups
{
    private const int Most = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);
    private long _changes;

    /// <summary>What belongs to a key; null where nothing does.</summary>
    public string? Find(string key, Func<string, string?> read)
    {
        long before;
        lock (_gate)
        {
            if (_known.TryGetValue(key, out var known))
            {
                return known;
            }

            before = _changes;
        }

        var found = read(key);
        lock (_gate)
        {
            if (found is not null && before == _changes)
            {
                if (_known.Count == Most)
                {
                    _known.Clear();
                }

                _known[key] = found;
            }
        }

        return found;
    }

    /// <summary>What belongs to a key has changed.</summary>
    public void Changed(string key)
    {
        lock (_gate)
        {
            _changes++;
            _known.Remove(key);
        }
    }
}
