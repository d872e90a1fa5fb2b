using GradService.Domain.Runs;

namespace GradService.Tests.Domain.Runs;

public sealed class RandomRoundingTests
{
    [Fact]
    public void Every_number_moves_by_one_relative_eps_up_about_as_often_as_down()
    {
        float[] before = [.. Enumerable.Range(1, 10_000).Select(i => i / 7f)], after = [.. before];
        new RandomRounding().Move<float>(after);
        var ratios = before.Zip(after, (old, moved) => (double)moved / old).ToList();
        Assert.All(ratios, ratio => Assert.InRange(Math.Abs(ratio - 1), 0.4e-7, 1.9e-7));
        Assert.InRange(ratios.Count(ratio => ratio > 1), 4_500, 5_500);
    }

    /// <summary>As in rounding: samples that are the same stay the same.</summary>
    [Fact]
    public void Equal_numbers_move_alike_and_zeros_stay()
    {
        double[] numbers = [0.3, 0, 0.3, 7, 0.3];
        new RandomRounding().Move<double>(numbers);
        Assert.Equal((numbers[0], numbers[0], 0.0), (numbers[2], numbers[4], numbers[1]));
        Assert.NotEqual(0.3, numbers[0]);
    }

    [Fact]
    public void It_does_the_same_each_time_and_not_twice_the_same()
    {
        double[] numbers = [.. Enumerable.Range(1, 64).Select(i => i / 9.0)], again = [.. numbers], twice = [.. numbers];
        var rounding = new RandomRounding();
        rounding.Move<double>(numbers);
        rounding.Move<double>(twice);
        new RandomRounding().Move<double>(again);
        Assert.Equal(numbers, again);
        Assert.NotEqual(numbers, twice);
    }
}
