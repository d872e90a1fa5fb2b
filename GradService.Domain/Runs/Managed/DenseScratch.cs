using System.Buffers;
using System.Numerics;

namespace GradService.Domain.Runs.Managed;

/// <summary>Two rented buffers for one block: what a layer reads, and what it writes, which the next one reads.</summary>
internal sealed class DenseScratch<T>(int size) : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private T[] _current = ArrayPool<T>.Shared.Rent(size);
    private T[] _other = ArrayPool<T>.Shared.Rent(size);

    public Span<T> Current => _current;

    public Span<T> Other => _other;

    public void Swap() => (_current, _other) = (_other, _current);

    public void Dispose()
    {
        ArrayPool<T>.Shared.Return(_current);
        ArrayPool<T>.Shared.Return(_other);
    }
}
