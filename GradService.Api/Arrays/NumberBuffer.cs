using System.Buffers;

namespace GradService.Api.Arrays;

/// <summary>Numbers as they come, in a rented buffer that doubles when it is full.</summary>
internal sealed class NumberBuffer : IDisposable
{
    private double[] _rented = ArrayPool<double>.Shared.Rent(256);
    private int _count;

    public void Add(double value)
    {
        if (_count == _rented.Length)
        {
            Grow();
        }

        _rented[_count++] = value;
    }

    /// <summary>The numbers so far, in an array of just their number.</summary>
    public double[] ToArray() => _rented.AsSpan(0, _count).ToArray();

    public void Dispose()
    {
        ArrayPool<double>.Shared.Return(_rented);
        _rented = [];
        _count = 0;
    }

    private void Grow()
    {
        var larger = ArrayPool<double>.Shared.Rent(2 * _rented.Length);
        _rented.CopyTo(larger, 0);
        ArrayPool<double>.Shared.Return(_rented);
        _rented = larger;
    }
}
