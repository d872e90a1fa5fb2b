namespace GradService.Domain.Arrays;

/// <summary>
/// An array whose numbers may be elsewhere, as in a file: they come piece by piece, so that they need not be in memory all at once. Whoever
/// asks for them again reads them again.
/// </summary>
/// <param name="Name">What it is called.</param>
/// <param name="Dtype">The precision of its numbers.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Pieces">Its numbers in row-major order, in pieces of any shape. A piece is there until the next one is asked for.</param>
public sealed record ArrayContent(string Name, Dtype Dtype, Shape Shape, IEnumerable<NdArray> Pieces)
{
    /// <summary>What its numbers take.</summary>
    public long Bytes => Shape.Elements.SaturatingTimes(Dtype.SizeInBytes());

    /// <summary>The array itself where it is in memory, else null.</summary>
    private NdArray? Whole => Pieces is InMemory memory ? memory.Array : null;

    /// <summary>An array that is in memory.</summary>
    public static ArrayContent Of(string name, NdArray array) => new(name, array.Dtype, array.Shape, new InMemory(array));

    /// <summary>All of it in memory: the array itself where it is there.</summary>
    public NdArray ToArray()
    {
        if (Whole is { } whole)
        {
            return whole;
        }

        var array = NdArray.AllocateUninitialized(Shape, Dtype);
        CopyTo(array.Bytes);
        return array;
    }

    /// <summary>The same numbers in that precision, cast as they come where they are not in memory.</summary>
    internal ArrayContent In(Dtype dtype) => dtype == Dtype ? this
        : Whole is { } whole ? Of(Name, whole.In(dtype))
        : this with { Dtype = dtype, Pieces = Pieces.Select(piece => piece.In(dtype)) };

    /// <summary>Copies the bytes of its numbers to memory that has room for just these.</summary>
    internal void CopyTo(Span<byte> target)
    {
        foreach (var piece in Pieces)
        {
            piece.Bytes.CopyTo(target);
            target = target[piece.Bytes.Length..];
        }
    }

    private sealed class InMemory(NdArray array) : IEnumerable<NdArray>
    {
        public NdArray Array { get; } = array;

        public IEnumerator<NdArray> GetEnumerator()
        {
            yield return Array;
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

/// <summary>Arrays of a file, which stays open until this is disposed of. Not to be shared by threads.</summary>
public interface IArrayFile : IDisposable
{
    /// <summary>All its arrays, each read when its numbers are asked for.</summary>
    IReadOnlyList<ArrayContent> Contents { get; }
}
