using System.Buffers.Binary;
using GradService.Domain.Arrays;

namespace GradService.Api.Wire.Arrays;

/// <summary>A type of numbers in a .npy file.</summary>
/// <param name="Name">What NumPy calls it, the order of its bytes first: "&lt;f4".</param>
/// <param name="Size">Bytes of a number.</param>
/// <param name="Dtype">The precision in which all its numbers are exact; those of int64 and uint64 beyond 2^53 are rounded, as astype does.</param>
/// <param name="Number">The number that some bytes are.</param>
internal sealed record NpyType(string Name, int Size, Dtype Dtype, NpyType.Reading Number)
{
    public delegate double Reading(ReadOnlySpan<byte> bytes);

    private static readonly Dictionary<string, NpyType> All = new NpyType[]
    {
        new("<f2", 2, Dtype.Float32, static bytes => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes)),
        new(">f2", 2, Dtype.Float32, static bytes => (double)BinaryPrimitives.ReadHalfBigEndian(bytes)),
        new("<f4", 4, Dtype.Float32, static bytes => BinaryPrimitives.ReadSingleLittleEndian(bytes)),
        new(">f4", 4, Dtype.Float32, static bytes => BinaryPrimitives.ReadSingleBigEndian(bytes)),
        new("<f8", 8, Dtype.Float64, BinaryPrimitives.ReadDoubleLittleEndian),
        new(">f8", 8, Dtype.Float64, BinaryPrimitives.ReadDoubleBigEndian),
        new("|i1", 1, Dtype.Float32, static bytes => (sbyte)bytes[0]),
        new("<i2", 2, Dtype.Float32, static bytes => BinaryPrimitives.ReadInt16LittleEndian(bytes)),
        new(">i2", 2, Dtype.Float32, static bytes => BinaryPrimitives.ReadInt16BigEndian(bytes)),
        new("<i4", 4, Dtype.Float64, static bytes => BinaryPrimitives.ReadInt32LittleEndian(bytes)),
        new(">i4", 4, Dtype.Float64, static bytes => BinaryPrimitives.ReadInt32BigEndian(bytes)),
        new("<i8", 8, Dtype.Float64, static bytes => BinaryPrimitives.ReadInt64LittleEndian(bytes)),
        new(">i8", 8, Dtype.Float64, static bytes => BinaryPrimitives.ReadInt64BigEndian(bytes)),
        new("|u1", 1, Dtype.Float32, static bytes => bytes[0]),
        new("<u2", 2, Dtype.Float32, static bytes => BinaryPrimitives.ReadUInt16LittleEndian(bytes)),
        new(">u2", 2, Dtype.Float32, static bytes => BinaryPrimitives.ReadUInt16BigEndian(bytes)),
        new("<u4", 4, Dtype.Float64, static bytes => BinaryPrimitives.ReadUInt32LittleEndian(bytes)),
        new(">u4", 4, Dtype.Float64, static bytes => BinaryPrimitives.ReadUInt32BigEndian(bytes)),
        new("<u8", 8, Dtype.Float64, static bytes => BinaryPrimitives.ReadUInt64LittleEndian(bytes)),
        new(">u8", 8, Dtype.Float64, static bytes => BinaryPrimitives.ReadUInt64BigEndian(bytes)),
        new("|b1", 1, Dtype.Float32, static bytes => bytes[0] == 0 ? 0 : 1),
    }.ToDictionary(type => type.Name);

    /// <summary>Whether the bytes in the file are those of the array.</summary>
    public bool IsOwnForm => Name is "<f4" or "<f8" && BitConverter.IsLittleEndian;

    /// <summary>
    /// The type that a header names; null: its values are no real numbers. Without a mark of order, or with that of the machine, bytes are
    /// little-endian; single bytes have none, whatever the mark.
    /// </summary>
    public static NpyType? Find(string descr)
    {
        var name = descr.TrimStart('<', '>', '=', '|');
        return descr.Length - name.Length > 1 ? null
            : All.GetValueOrDefault("|" + name) ?? All.GetValueOrDefault((descr.StartsWith('>') ? ">" : "<") + name);
    }

    /// <summary>Values that NumPy writes and that are no real numbers of such a type: in words, and what to run to have numbers.</summary>
    public static (string Got, string Remedy) Other(string descr) => descr.TrimStart('<', '>', '=', '|') switch
    {
        ['O', ..] => ("Python objects (a pickle), which are never read",
            "Make numbers of them first: x.astype(\"float64\"). numpy.save(file, x, allow_pickle=False) refuses what is still none."),
        ['c', ..] => ("complex numbers", "Send what is real: x.real.astype(\"float64\")."),
        ['U' or 'S' or 'a', ..] => ("texts", "Make numbers of them first, where they are numbers in digits: x.astype(\"float64\")."),
        ['M' or 'm', ..] => ("times", "Make numbers of them first: x.astype(\"float64\")."),
        ['[', ..] => ("records with fields", "Send each field as an array of its own: x[\"name\"].astype(\"float64\")."),
        _ => ("another type", "Convert the array first: x.astype(\"float64\")."),
    };
}
