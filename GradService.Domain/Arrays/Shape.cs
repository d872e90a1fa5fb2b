namespace GradService.Domain.Arrays;

/// <summary>The sizes of an array's axes, outermost first; no axes for a single number.</summary>
public sealed class Shape : IEquatable<Shape>
{
    private readonly long[] _dimensions;

    public Shape(params ReadOnlySpan<long> dimensions) => _dimensions = dimensions.ToArray();

    public ReadOnlySpan<long> Dimensions => _dimensions;

    public int Rank => _dimensions.Length;

    public long this[Index axis] => _dimensions[axis];

    /// <summary>The number of elements, <see cref="long.MaxValue"/> where it would exceed that.</summary>
    public long Elements
    {
        get
        {
            var product = 1L;
            foreach (var size in _dimensions)
            {
                product = product.SaturatingTimes(size);
            }

            return product;
        }
    }

    /// <summary>This shape with axes of the given sizes before it.</summary>
    public Shape After(params ReadOnlySpan<long> outer) => new([.. outer, .. _dimensions]);

    /// <summary>This shape with its last axis resized.</summary>
    public Shape WithLast(long size) => new([.. _dimensions.AsSpan()[..^1], size]);

    /// <summary>The place of a flat element, as paths name it: "[3][1]".</summary>
    internal string PositionOf(long element)
    {
        var position = "";
        for (var axis = Rank - 1; axis >= 0; axis--)
        {
            position = $"[{element % _dimensions[axis]}]{position}";
            element /= _dimensions[axis];
        }

        return position;
    }

    public bool Equals(Shape? other) => other is not null && _dimensions.AsSpan().SequenceEqual(other._dimensions);

    public override bool Equals(object? obj) => Equals(obj as Shape);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (var size in _dimensions)
        {
            hash.Add(size);
        }

        return hash.ToHashCode();
    }

    public override string ToString() => $"[{string.Join(", ", _dimensions)}]";
}
