using System.Globalization;

namespace GradService.Tests.Api;

/// <summary>Arrays as requests have them.</summary>
internal static class NestedLists
{
    /// <summary>Nested lists of a shape as JSON, row-major; of no axis the number.</summary>
    public static string Of(ReadOnlySpan<double> values, ReadOnlySpan<long> shape)
    {
        if (shape.IsEmpty)
        {
            return values[0].ToString(CultureInfo.InvariantCulture);
        }

        var (parts, size) = (new string[shape[0]], values.Length / (int)shape[0]);
        for (var at = 0; at < parts.Length; at++)
        {
            parts[at] = Of(values.Slice(at * size, size), shape[1..]);
        }

        return $"[{string.Join(',', parts)}]";
    }
}
