using System.Buffers;

namespace GradService.Api.Wire.Arrays;

/// <summary>Numbers as they come. Where it is known how many there are, straight into their array; else in a rented buffer that doubles when it is full.</summary>
/// <param name="most">How many there are at most; 0 where that is not known.</param>
internal sealed class NumberBuffer(int most = 0) : IDisposable
{
    private const int Few = 256;

    private bool _isRented = most <= Few;
    private double[] _values = most <= Few ? ArrayPool<double>.Shared.Rent(Few) : GC.AllocateUninitializedArray<double>(most);
    private int _count;

    /// <summary>How many numbers the text of one array has at most, and just as many where it is regular: they are parted by commas.</summary>
    public static int MostIn(ReadOnlySpan<byte> text) => 1 + text.Count((byte)',');

    public void Add(double value)
    {
        if (_count == _values.Length)
        {
            Grow();
        }

        _values[_count++] = value;
    }

    /// <summary>The numbers so far, in an array of just their number.</summary>
    public double[] ToArray() => !_isRented && _count == _values.Length ? _values : _values.AsSpan(0, _count).ToArray();

    public void Dispose()
    {
        Return();
        (_values, _count, _isRented) = ([], 0, false);
    }

    private void Grow()
    {
        var larger = ArrayPool<double>.Shared.Rent(2 * _values.Length);
        _values.CopyTo(larger, 0);
        Return();
        (_values, _isRented) = (larger, true);
    }

    private void Return()
    {
        if (_isRented)
        {
            ArrayPool<double>.Shared.Return(_values);
        }
    }
}
