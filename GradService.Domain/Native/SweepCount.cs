namespace GradService.Domain.Native;

/// <summary>How many backward sweeps one thread has begun. Any thread may read it.</summary>
internal sealed class SweepCount
{
    private long _value;

    public long Value => Volatile.Read(ref _value);

    /// <summary>For the one thread whose sweeps are counted.</summary>
    public void Add() => Volatile.Write(ref _value, _value + 1);
}
