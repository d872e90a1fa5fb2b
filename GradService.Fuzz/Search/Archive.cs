namespace GradService.Fuzz.Search;

/// <summary>What a candidate is kept for.</summary>
internal enum Measure
{
    /// <summary>Processor time for the work that was priced.</summary>
    Time,

    /// <summary>Memory for the bytes that were priced.</summary>
    Memory,
}

/// <summary>Of each cell the candidate that was worst by each measure, as in MAP-Elites: a place is kept for what is bad in its own way.</summary>
internal sealed class Archive
{
    private readonly Dictionary<(string Cell, Measure Measure), (Candidate Candidate, double Score)> _worst = [];

    public int Count => _worst.Count;

    /// <summary>Takes the candidate in where none was, or none as bad.</summary>
    /// <returns>Whether it was worse than what was there.</returns>
    public bool Add(Candidate candidate, Measure measure, double score)
    {
        var place = (candidate.Cell, measure);
        if (_worst.TryGetValue(place, out var before) && before.Score >= score)
        {
            return false;
        }

        _worst[place] = (candidate, score);
        return true;
    }

    /// <summary>The worst of a cell by a measure; null: nothing was taken in.</summary>
    public Candidate? Worst(string cell, Measure measure) => _worst.TryGetValue((cell, measure), out var place) ? place.Candidate : null;

    /// <summary>One of those that are kept: of two cells the worse, and seldom one in which enough is known.</summary>
    public Candidate Draw(Random random, Func<string, bool> isKnown)
    {
        var places = _worst.Where(place => !isKnown(place.Key.Cell)).ToList();
        var among = places.Count == 0 || random.Next(8) == 0 ? [.. _worst] : places;
        var (one, other) = (among[random.Next(among.Count)].Value, among[random.Next(among.Count)].Value);
        return (other.Score > one.Score ? other : one).Candidate;
    }
}
