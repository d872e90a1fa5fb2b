namespace GradService.Fuzz.Search;

/// <summary>What a candidate took, beside what the service had priced.</summary>
internal sealed record Cost
{
    /// <summary>Work as priced, seconds of one core; 0 where nothing was begun.</summary>
    public double PricedSeconds { get; init; }

    /// <summary>Tensors and answers as priced, and the bodies as sent and once more as arrays, bytes.</summary>
    public double PricedBytes { get; init; }

    /// <summary>Processor time of the service.</summary>
    public double CpuSeconds { get; init; }

    /// <summary>How far resident memory rose at its peak, bytes.</summary>
    public double Bytes { get; init; }

    /// <summary>From the sending to the last answer, and until no thread computed any more.</summary>
    public double Seconds { get; init; }

    /// <summary>How much of that the thread that ran most waited for a processor.</summary>
    public double WaitedSeconds { get; init; }

    /// <summary>How much of it the longest answer was read, from its first byte to its last: it is computed by then.</summary>
    public double ReadSeconds { get; init; }

    /// <summary>Whether there was still no answer, or a thread still computed, when nobody looked on any longer.</summary>
    public bool HasNoEnd { get; init; }

    /// <summary>The worst status; 0: no answer.</summary>
    public int Status { get; init; }

    /// <summary>Why the process is gone or not ready; null: it is ready.</summary>
    public string? Lost { get; init; }

    /// <summary>The 99th percentile of how long cheap requests took meanwhile, seconds.</summary>
    public double CheapSeconds { get; init; }

    /// <summary>What a score takes for nothing: clocks tick in hundredths, and memory comes in arenas.</summary>
    private const double FloorSeconds = 0.1;
    private const double FloorBytes = 20e6;

    /// <summary>How bad it is by a measure; higher is worse.</summary>
    public double Score(Measure measure) =>
        measure == Measure.Time ? CpuSeconds / Math.Max(PricedSeconds, FloorSeconds) : Bytes / Math.Max(PricedBytes, FloorBytes);

    /// <summary>How long it would have taken on a machine of its own, beside the time in which the answer is written and read.</summary>
    public double OwnSeconds => Seconds - WaitedSeconds - ReadSeconds;

    /// <summary>Processor time for the priced work; null: too little of either to say.</summary>
    public double? TimeRatio => CpuSeconds >= FloorSeconds && PricedSeconds > 0 ? CpuSeconds / PricedSeconds : null;

    /// <summary>Memory for the priced bytes; null: too little to say.</summary>
    public double? MemoryRatio => Bytes >= FloorBytes && PricedBytes > 0 ? Bytes / PricedBytes : null;
}
