namespace GradService.Api.Serving.Queue;

/// <summary>How long work has taken of late beside its price. Not to be shared by threads.</summary>
internal sealed class Pace
{
    /// <summary>What is kept of the past when something ends: the last twenty or so count.</summary>
    private const double Kept = 0.95;

    /// <summary>The longest time worth naming.</summary>
    private const int MostSeconds = 3600;

    private double _work;
    private double _seconds;

    public void Add(long work, TimeSpan took)
    {
        // What has no price, as nothing that a caller can ask for has, says nothing.
        if (work > 0)
        {
            (_work, _seconds) = ((Kept * _work) + work, (Kept * _seconds) + took.TotalSeconds);
        }
    }

    /// <summary>How long work will take, rounded up; 1 where nothing is known yet.</summary>
    public int WholeSeconds(long work) => _work == 0 ? 1 : (int)Math.Clamp(Math.Ceiling(work * (_seconds / _work)), 1, MostSeconds);
}
