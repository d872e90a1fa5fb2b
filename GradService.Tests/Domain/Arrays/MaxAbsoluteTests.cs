using GradService.Domain.Arrays;

namespace GradService.Tests.Domain.Arrays;

/// <summary>The largest absolute value beside the runtime's, one by one, for lengths around those of vectors.</summary>
public sealed class MaxAbsoluteTests
{
    [Fact]
    public void It_is_the_largest_in_size_of_numbers_of_any_size()
    {
        var random = new Random(4);
        for (var count = 0; count < 70; count++)
        {
            double[] values = [.. Enumerable.Range(0, count).Select(_ => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-300, 300)))];
            float[] singles = [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-44, 38))))];
            Assert.Equal(values.Select(Math.Abs).DefaultIfEmpty().Max(), new NdArray(new Shape(count), values).MaxAbsolute());
            Assert.Equal(singles.Select(MathF.Abs).DefaultIfEmpty().Max(), new NdArray(new Shape(count), singles).MaxAbsolute());
        }
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void What_is_not_finite_is_seen_and_counted_wherever_it_stands(double value)
    {
        for (var at = 0; at < 20; at++)
        {
            double[] values = [.. Enumerable.Repeat(-3.0, 20)];
            values[at] = value;
            var (array, singles) = (new NdArray(new Shape(20), values), new NdArray(new Shape(20), [.. values.Select(each => (float)each)]));
            Assert.Equal((Math.Abs(value), Math.Abs(value)), (array.MaxAbsolute(), singles.MaxAbsolute()));
            Assert.Equal((1, 1), (array.CountNonFinite(), singles.CountNonFinite()));
        }
    }
}
