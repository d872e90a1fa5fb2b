using System.Globalization;
using System.Text;
using GradService.Domain.Arrays;

namespace GradService.Api.Wire.Arrays;

/// <summary>Arrays in NumPy's format .npy, version 1.</summary>
internal static class NpyWriter
{
    /// <summary>NumPy wants the numbers to begin at a multiple of this.</summary>
    private const int Alignment = 64;

    /// <summary>What stands before the array's bytes.</summary>
    public static byte[] HeaderOf(NdArray array) => Header(array.Dtype == Dtype.Float32 ? "<f4" : "<f8", array.Shape);

    /// <summary>What stands before a text that travels as an array of bytes.</summary>
    public static byte[] HeaderOfText(long length) => Header("|u1", new Shape(length));

    /// <summary>What stands before a counter.</summary>
    public static byte[] HeaderOfCounter { get; } = Header("<i8", new Shape());

    private static byte[] Header(string descr, Shape shape)
    {
        var sizes = string.Concat(shape.Dimensions.ToArray().Select(size => string.Create(CultureInfo.InvariantCulture, $"{size}, "))).TrimEnd(' ');
        var text = $"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({(shape.Rank == 1 ? sizes : sizes.TrimEnd(','))}), }}";
        var length = (10 + text.Length + 1 + Alignment - 1) / Alignment * Alignment;
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)(length - 10), (byte)((length - 10) >> 8), .. Encoding.ASCII.GetBytes(text.PadRight(length - 11)), (byte)'\n'];
    }
}
