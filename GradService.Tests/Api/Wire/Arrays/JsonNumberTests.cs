using System.Globalization;
using System.Numerics;
using System.Text;
using GradService.Api.Wire.Arrays;
using GradService.Tests.Problems;

namespace GradService.Tests.Api.Wire.Arrays;

/// <summary>Numbers are read to the nearest double, as the runtime reads them, and only numbers of JSON are.</summary>
[Trait("Lane", "Slow")]
public sealed class JsonNumberTests
{
    private static readonly Random Random = new(11);

    [Fact]
    public void Any_double_reads_back_to_itself() =>
        AssertAll(Enumerable.Range(0, RandomCases.Count(200_000)).Select(_ => BitConverter.Int64BitsToDouble(Random.NextInt64())).Where(double.IsFinite)
            .Select(value => value.ToString(CultureInfo.InvariantCulture)));

    [Theory]
    [InlineData("R")]
    [InlineData("E16")]
    [InlineData("G17")]
    [InlineData("F18")]
    public void Numbers_as_programs_write_them_read_as_the_runtime_reads_them(string format) =>
        AssertAll(Enumerable.Range(0, RandomCases.Count(100_000)).Select(_ => ((Random.NextDouble() * 2) - 1) * Math.Pow(10, Random.Next(-6, 7)))
            .Select(value => value.ToString(format, CultureInfo.InvariantCulture)));

    [Fact]
    public void Any_digits_with_any_exponent_read_as_the_runtime_reads_them() =>
        AssertAll(Enumerable.Range(0, RandomCases.Count(200_000)).Select(_ =>
            (Random.Next(2) == 0 ? "-" : "")
            + Digits(1, 25).TrimStart('0').PadLeft(1, '0')
            + (Random.Next(3) == 0 ? "" : "." + Digits(1, 25))
            + (Random.Next(3) == 0 ? "" : $"e{Random.Next(-40, 41)}")));

    /// <summary>Halfway between two doubles, and next to it, where a rounding that is nearly right goes wrong.</summary>
    [Fact]
    public void Numbers_between_two_doubles_go_to_the_nearest_and_in_the_middle_to_the_even() =>
        AssertAll(Enumerable.Range(0, RandomCases.Count(100_000)).SelectMany(_ =>
        {
            var (mantissa, shift) = ((1L << 52) + Random.NextInt64(1L << 52), Random.Next(1, 10));
            var middle = ((BigInteger)((2 * mantissa) + 1)) << (shift - 1);
            return new[] { -1, 0, 1 }.Select(step => (middle + step).ToString(CultureInfo.InvariantCulture));
        }));

    [Theory]
    [InlineData("0", 1)]
    [InlineData("-0.0", 4)]
    [InlineData("12,", 2)]
    [InlineData("1.5e3]", 5)]
    [InlineData("1E+2 ", 4)]
    public void The_place_behind_the_number_is_found(string text, int end)
    {
        var at = 0;
        Assert.True(JsonNumber.TryRead(Encoding.ASCII.GetBytes(text), ref at, out _));
        Assert.Equal(end, at);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("+1")]
    [InlineData(".5")]
    [InlineData("1.")]
    [InlineData("1.e5")]
    [InlineData("01")]
    [InlineData("-00")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1e400")]
    [InlineData("-1e999999999999")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("\"1\"")]
    [InlineData("x")]
    public void What_is_no_number_of_JSON_or_too_large_for_a_double_is_not_read(string text)
    {
        var at = 0;
        Assert.False(JsonNumber.TryRead(Encoding.ASCII.GetBytes(text), ref at, out _));
        Assert.Equal(0, at);
    }

    private static string Digits(int fewest, int most) =>
        string.Concat(Enumerable.Range(0, Random.Next(fewest, most)).Select(_ => (char)('0' + Random.Next(10))));

    private static void AssertAll(IEnumerable<string> texts)
    {
        var count = 0;
        foreach (var text in texts)
        {
            var at = 0;
            count++;
            Assert.True(JsonNumber.TryRead(Encoding.ASCII.GetBytes(text), ref at, out var value), text);
            Assert.Equal(text.Length, at);
            Assert.True(BitConverter.DoubleToInt64Bits(double.Parse(text, CultureInfo.InvariantCulture)) == BitConverter.DoubleToInt64Bits(value),
                $"{text} was read as {value:R}");
        }

        Assert.True(RandomCases.AreFewerThan(100_000) || count > 1_000);
    }
}
