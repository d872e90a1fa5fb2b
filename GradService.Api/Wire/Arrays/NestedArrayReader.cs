using System.Text.Json;
using GradService.Api.Wire.Reading;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Api.Wire.Arrays;

/// <summary>Tells what is wrong below the current path.</summary>
internal delegate void ReportFault(FieldPath below, string expected, string got, string? remedy = null);

/// <summary>
/// Nested JSON lists of numbers into one flat buffer, token by token, so that what is wrong can be told by its place. NaN and infinities
/// are strings.
/// </summary>
internal static class NestedArrayReader
{
    internal const int MaxRank = 10;

    /// <summary>The array that the reader stands on, null where a fault was reported; the reader is left on its last token.</summary>
    /// <param name="reader">Where it stands.</param>
    /// <param name="report">Told what is wrong.</param>
    /// <param name="numbers">How many numbers there are at most; 0 where that is not known.</param>
    public static NdArray? Read(ref Utf8JsonReader reader, ReportFault report, int numbers = 0)
    {
        var depth = reader.CurrentDepth;
        var layout = new Layout();
        using var values = new NumberBuffer(numbers);
        string? expected;
        do
        {
            expected = layout.Take(ref reader, values);
        }
        while (expected is null && layout.IsOpen && reader.Read());

        if (expected is null)
        {
            return new NdArray(layout.Shape, values.ToArray());
        }

        report(layout.Position, expected, layout.GotLength is { } length ? $"{length}" : RequestWords.Got(ref reader));

        // On to the end of the outermost list, so that what follows can still be read.
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            reader.Skip();
        }

        while (reader.CurrentDepth > depth && reader.Read())
        {
        }

        return null;
    }

    /// <summary>Sizes and positions along the axes met so far.</summary>
    private sealed class Layout
    {
        private readonly long[] _sizes = [.. Enumerable.Repeat(-1L, MaxRank)];
        private readonly long[] _counts = new long[MaxRank];
        private int _open;
        private int _rank = -1;

        public bool IsOpen => _open > 0;

        public Shape Shape => new(_sizes.AsSpan(0, Math.Max(_rank, 0)));

        /// <summary>Where the current element stands: "[3][1]".</summary>
        public FieldPath Position => _counts.Take(_open).Aggregate(FieldPath.Empty, (path, count) => path.At(count));

        /// <summary>The length that does not fit, where that is what is wrong.</summary>
        public long? GotLength { get; private set; }

        /// <summary>Takes one token in; returns what was expected instead, null if it fits.</summary>
        public string? Take(ref Utf8JsonReader reader, NumberBuffer values)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray when _open == _rank || _open == MaxRank:
                    return _open == MaxRank ? $"lists nested at most {MaxRank} deep" : "a number, as before";
                case JsonTokenType.StartArray:
                    _counts[_open++] = 0;
                    return null;
                case JsonTokenType.EndArray:
                    return Close();
                case JsonTokenType.Number or JsonTokenType.String when _rank >= 0 && _open != _rank:
                    return "a list, as before";
                case JsonTokenType.Number when reader.TryGetDouble(out var number) && double.IsFinite(number):
                    return Add(number, values);
                case JsonTokenType.String when JsonText.Is(ref reader, "NaN"):
                    return Add(double.NaN, values);
                case JsonTokenType.String when JsonText.Is(ref reader, "Infinity"):
                    return Add(double.PositiveInfinity, values);
                case JsonTokenType.String when JsonText.Is(ref reader, "-Infinity"):
                    return Add(double.NegativeInfinity, values);
                case JsonTokenType.Number:
                    return "a number that double precision can hold";
                default:
                    return IsOpen ? "a number" : "nested lists of numbers";
            }
        }

        private string? Add(double value, NumberBuffer values)
        {
            _rank = _open;
            values.Add(value);
            CountOne();
            return null;
        }

        private string? Close()
        {
            var axis = _open - 1;
            var size = _counts[axis];
            if (_rank < 0)
            {
                _rank = _open;
            }

            if ((_sizes[axis] >= 0 && _sizes[axis] != size) || (size == 0 && _open < _rank))
            {
                _open = axis;
                GotLength = size;
                return $"{_sizes[axis]} {(_sizes[axis] == 1 ? "entry" : "entries")}, as before";
            }

            _sizes[axis] = size;
            _open = axis;
            CountOne();
            return null;
        }

        private void CountOne()
        {
            if (_open > 0)
            {
                _counts[_open - 1]++;
            }
        }
    }
}
