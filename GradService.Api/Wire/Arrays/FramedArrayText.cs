using System.Globalization;
using System.Text;
using System.Text.Json;
using GradService.Domain.Arrays;
using GradService.Domain.Native;

namespace GradService.Api.Wire.Arrays;

/// <summary>The text of an array's numbers within an object that says what they are.</summary>
/// <param name="before">What stands before the numbers, from the object's first byte on.</param>
/// <param name="numbers">The numbers.</param>
/// <param name="after">What stands behind them.</param>
internal sealed class FramedArrayText(string before, ArrayText numbers, string after) : ArrayText
{
    private readonly byte[] _before = Encoding.UTF8.GetBytes(before);
    private readonly byte[] _after = Encoding.UTF8.GetBytes(after);
    private bool _started;

    public override ReadOnlySpan<byte> FirstByte => _before.AsSpan(0, 1);

    protected internal override int LongestPiece => _before.Length + numbers.LongestPiece + _after.Length;

    /// <summary>"shape" and "dtype" of an array, as fields of an object.</summary>
    public static string ShapeAndDtype(NdArray array) => string.Create(CultureInfo.InvariantCulture,
        $"\"shape\":[{string.Join(',', array.Shape.Dimensions.ToArray())}],\"dtype\":\"{JsonNamingPolicy.CamelCase.ConvertName(array.Dtype.ToString())}\"");

    protected internal override int Fill(Span<byte> space)
    {
        var at = 0;
        if (!_started)
        {
            _before.AsSpan(1).CopyTo(space);
            numbers.FirstByte.CopyTo(space[(_before.Length - 1)..]);
            (at, _started) = (_before.Length - 1 + numbers.FirstByte.Length, true);
        }

        at += numbers.Fill(space[at..^_after.Length]);
        if (numbers.IsWhole)
        {
            _after.CopyTo(space[at..]);
            at += _after.Length;
            IsWhole = true;
        }

        return at;
    }
}
