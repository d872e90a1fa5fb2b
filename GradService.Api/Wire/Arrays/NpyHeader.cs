using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using GradService.Api.Wire.Reading;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Api.Wire.Arrays;

/// <summary>What a .npy file says of its numbers (NumPy's NEP 1, versions 1 to 3).</summary>
/// <param name="Descr">NumPy's name of the type: "&lt;f4"; of records a list of fields.</param>
/// <param name="ColumnMajor">Whether the first axis is the one that runs fastest.</param>
/// <param name="Shape">The shape.</param>
/// <param name="Length">The header's bytes, before the numbers.</param>
internal sealed partial record NpyHeader(string Descr, bool ColumnMajor, Shape Shape, int Length)
{
    private const int LongestText = 10_000;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <exception cref="FaultException">The file is none that NumPy would write.</exception>
    public static NpyHeader Read(ReadOnlySpan<byte> file, string path)
    {
        if (file.Length < 10 || !file.StartsWith(Magic))
        {
            throw Wrong(path, "an array in NumPy's format .npy", FileKind.Of(file)?.Name ?? "something else");
        }

        if (file[6] is < 1 or > 3)
        {
            throw Wrong(path, "version 1, 2 or 3 of the format .npy", $"version {file[6]}");
        }

        var (begin, length) = file[6] == 1 ? (10, BinaryPrimitives.ReadUInt16LittleEndian(file[8..]))
            : file.Length >= 12 ? (12, BinaryPrimitives.ReadUInt32LittleEndian(file[8..]))
            : (12, uint.MaxValue);
        if (length > Math.Min(LongestText, file.Length - begin))
        {
            throw Wrong(path, $"a header of at most {LongestText} bytes, all of them there",
                length > LongestText ? "a longer one" : "a file that ends in its header");
        }

        return Read(Encoding.UTF8.GetString(file.Slice(begin, (int)length)), begin + (int)length, path);
    }

    private static NpyHeader Read(string text, int length, string path)
    {
        var match = Dictionary().Match(text.TrimEnd());
        var keys = match.Groups["key"].Captures.Select(key => key.Value).ToList();
        var fields = keys.Zip(match.Groups["value"].Captures).DistinctBy(field => field.First).ToDictionary(field => field.First, field => field.Second.Value);
        if (keys.Count != 3 || !fields.TryGetValue("descr", out var descr) || !fields.TryGetValue("fortran_order", out var order)
            || !fields.TryGetValue("shape", out var shape)
            || order is not ("True" or "False") || shape[0] != '(')
        {
            throw Wrong(path, "a header with descr, fortran_order and shape", Fault.Quoted(text.Trim()));
        }

        var sizes = new List<long>();
        foreach (var size in shape.Trim('(', ')').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) || sizes.Count == NestedArrayReader.MaxRank)
            {
                throw Wrong(path, $"a shape of at most {NestedArrayReader.MaxRank} sizes of at least 0", Fault.Shortened(shape));
            }

            sizes.Add(parsed);
        }

        return new NpyHeader(descr.Trim('\''), order == "True", new Shape([.. sizes]), length);
    }

    private static FaultException Wrong(string path, string expected, string got) => new(Fault.Invalid(path, expected, got));

    [GeneratedRegex(@"^\{(?>\s*'(?<key>\w+)'\s*:\s*(?<value>'[^']*'|True|False|\([-\d\s,L]*\)|\[[^{}]*\])\s*,?)*\s*\}$", RegexOptions.ExplicitCapture)]
    private static partial Regex Dictionary();
}
