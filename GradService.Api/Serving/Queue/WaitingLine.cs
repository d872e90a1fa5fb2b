using GradService.Api.Serving.Refusals;
using GradService.Domain.Faults;

namespace GradService.Api.Serving.Queue;

/// <summary>
/// Who is computed next. Short requests and long ones have a line each, in order of arrival, and take turns; one thread, where there are
/// two or more, takes short ones alone, so that however many long ones there are, short ones go on. Of the short ones the smallest go first.
/// What starts has its tensors' bytes reserved; what does not fit waits until others have ended.
/// </summary>
/// <param name="threads">Requests computed at once.</param>
/// <param name="places">Requests that may wait (limit QueueLength).</param>
/// <param name="nativeBytes">Bytes for the tensors of all that are computed (limit MaxTotalNativeBytes).</param>
internal sealed class WaitingLine(int threads, int places, long nativeBytes)
{
    /// <summary>
    /// A short request takes about a quarter of a second at most, as the smallest may have to wait for one on each thread, and so little memory
    /// that it seldom stands in another one's way; the smallest take about ten milliseconds.
    /// </summary>
    private const long ShortWork = 250_000_000, SmallestWork = 10_000_000;
    private const int ShortPart = 16;

    /// <summary>How often short ones may overtake a long one for whose tensors there is no room, and the smallest a short one.</summary>
    private const int MostOvertakes = 64;

    /// <summary>How long a thread looks out for the next request before it sleeps: being woken takes longer than a small request does.</summary>
    private const int Looks = 140;

    private readonly object _gate = new();
    private readonly LinkedList<Place> _smallest = [];
    private readonly LinkedList<Place> _short = [];
    private readonly LinkedList<Place> _long = [];
    private readonly Pace _pace = new();

    // Long ones must not take up all the places either.
    private readonly int _longPlaces = Math.Max(1, places - (places / 4));
    private readonly int _longThreads = Math.Max(1, threads - 1);
    private long _reserved;
    private int _longRunning;
    private bool _longWasLast;
    private int _overtaken;
    private int _smallestInRow;

    // Of what is reserved, what nobody knows the end of.
    private long _stuckReserved;
    private bool _closed;

    // What a thread that looks out sees without the gate, and how many do: while one does nobody need be woken.
    private int _changes;
    private int _looking;

    /// <summary>Requests that wait; who has given up is not among them.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return Count;
            }
        }
    }

    /// <summary>Bytes reserved for the tensors of what is being computed.</summary>
    public long Reserved
    {
        get
        {
            lock (_gate)
            {
                return _reserved;
            }
        }
    }

    /// <exception cref="QueueFullException">As many as may wait are waiting.</exception>
    public void RefuseIfFull()
    {
        lock (_gate)
        {
            RefuseAt(Count, places);
        }
    }

    /// <exception cref="QueueFullException">As many as may wait are waiting.</exception>
    /// <exception cref="FaultException">It would never fit.</exception>
    public void Enter(Place place)
    {
        if (place.Cost.NativeBytes > nativeBytes)
        {
            throw new FaultException(
                Fault.TooLarge("", $"at most {nativeBytes} bytes of tensors at once, as estimated, for all requests together (limit MaxTotalNativeBytes)",
                    $"{place.Cost.NativeBytes} for this one",
                    "Send fewer samples or use narrower layers."));
        }

        place.IsShort = place.Cost.WorkAndWriting <= ShortWork && place.Cost.NativeBytes <= nativeBytes / ShortPart;
        lock (_gate)
        {
            RefuseAt(Count, places);
            if (!place.IsShort)
            {
                RefuseAt(_long.Count, _longPlaces);
            }

            LineOf(place).AddLast(place);
            Changed();
        }
    }

    /// <summary>For who has waited long enough: whether the place was still in the line, which it has left.</summary>
    public bool GiveUp(Place place)
    {
        lock (_gate)
        {
            if (!LineOf(place).Remove(place))
            {
                return false;
            }

            // Whoever stood behind it may fit.
            Changed();
            return true;
        }
    }

    /// <summary>Somebody whose turn it is; null where that is nobody now. What is taken must be ended.</summary>
    public Place? TryTake()
    {
        lock (_gate)
        {
            var place = Choose();
            if (place is not null)
            {
                Start(place);
                if (Choose() is not null)
                {
                    // There is work for one more thread, which this one's may have let go by.
                    Changed();
                }
            }

            return place;
        }
    }

    /// <summary>Waits for somebody whose turn it is; null once the line is closed and empty. What is taken must be ended.</summary>
    public Place? Take()
    {
        while (true)
        {
            int seen;
            lock (_gate)
            {
                if (TryTake() is { } place)
                {
                    return place;
                }

                if (_closed && Count == 0)
                {
                    return null;
                }

                seen = _changes;
                _looking++;
            }

            LookOut(seen);
            lock (_gate)
            {
                _looking--;
                if (seen == _changes)
                {
                    Monitor.Wait(_gate);
                }
            }
        }
    }

    /// <summary>What was taken no longer computes.</summary>
    /// <returns>Whether its thread is still wanted: not if it has been given up.</returns>
    public bool End(Place place, TimeSpan took)
    {
        lock (_gate)
        {
            place.IsRunning = false;
            _reserved -= place.Cost.NativeBytes;
            if (place.IsStuck)
            {
                _stuckReserved -= place.Cost.NativeBytes;
            }
            else
            {
                _longRunning -= place.IsShort ? 0 : 1;
                _pace.Add(place.Cost.Work, took);
            }

            if (Count > 0)
            {
                Changed();
            }

            return !place.IsStuck;
        }
    }

    /// <summary>
    /// Gives up the thread that works on what was taken: another may take its turn. Its tensors' bytes stay reserved, as they are in use.
    /// </summary>
    /// <returns>Whether it was still working.</returns>
    public bool GiveUpThread(Place place)
    {
        lock (_gate)
        {
            if (!place.IsRunning || place.IsStuck)
            {
                return false;
            }

            place.IsStuck = true;
            _stuckReserved += place.Cost.NativeBytes;
            _longRunning -= place.IsShort ? 0 : 1;
            Changed();
            return true;
        }
    }

    /// <summary>Nobody will enter any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _changes++;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Has one thread look whose turn it is; it has the next one look where there is more.</summary>
    private void Changed()
    {
        _changes++;
        if (_looking == 0)
        {
            Monitor.Pulse(_gate);
        }
    }

    private void LookOut(int seen)
    {
        var spinner = default(SpinWait);
        for (var look = 0; look < Looks && Volatile.Read(ref _changes) == seen; look++)
        {
            spinner.SpinOnce(sleep1Threshold: -1);
        }
    }

    private int Count => _smallest.Count + _short.Count + _long.Count;

    private LinkedList<Place> LineOf(Place place) => !place.IsShort ? _long : place.Cost.WorkAndWriting <= SmallestWork ? _smallest : _short;

    /// <summary>The short one whose turn it is.</summary>
    private Place? FirstShort => (_short.First is null || (_smallest.First is not null && _smallestInRow < MostOvertakes) ? _smallest : _short).First?.Value;

    private bool Fits(Place place) => place.Cost.NativeBytes <= nativeBytes - _reserved;

    private Place? Choose()
    {
        var (brief, lengthy) = (FirstShort, _long.First?.Value);
        var briefMay = brief is not null && Fits(brief);

        // A short one for whose tensors there is no room is not kept waiting by more long ones.
        var lengthyMay = lengthy is not null && _longRunning < _longThreads && (brief is null || briefMay);
        if (lengthyMay && !Fits(lengthy!))
        {
            // Short ones let it go before them when those that run have ended. What is stuck may never end.
            var willFit = lengthy!.Cost.NativeBytes <= nativeBytes - _stuckReserved;
            (briefMay, lengthyMay) = (briefMay && (_overtaken < MostOvertakes || !willFit), false);
        }

        return briefMay && (!lengthyMay || _longWasLast) ? brief : lengthyMay ? lengthy : null;
    }

    private void Start(Place place)
    {
        _overtaken = place.IsShort && _long.First is { } first && !Fits(first.Value) ? _overtaken + 1 : 0;
        _longWasLast = !place.IsShort;
        _longRunning += place.IsShort ? 0 : 1;
        var line = LineOf(place);
        line.RemoveFirst();
        _smallestInRow = line == _smallest && _short.Count > 0 ? _smallestInRow + 1 : line == _short ? 0 : _smallestInRow;
        place.IsRunning = true;
        _reserved += place.Cost.NativeBytes;
    }

    private void RefuseAt(int waiting, int limit)
    {
        if (waiting >= limit)
        {
            var work = _smallest.Concat(_short).Concat(_long)
                .Aggregate(0L, (sum, place) => sum > long.MaxValue - place.Cost.Work ? long.MaxValue : sum + place.Cost.Work);
            throw new QueueFullException($"{waiting} requests are waiting for a thread (limit QueueLength). Try again in a moment.",
                _pace.WholeSeconds(work / threads));
        }
    }
}
