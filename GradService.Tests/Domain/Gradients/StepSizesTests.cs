using GradService.Domain.Gradients;

namespace GradService.Tests.Domain.Gradients;

public sealed class StepSizesTests
{
    [Fact]
    public void Numbers_that_spread_about_as_far_as_they_are_large_keep_the_usual_step()
    {
        double[] inputs = [-1, 20, 0.5, 30, 2, -40];
        var steps = StepSizes.OfColumns(inputs, d: 2);
        Assert.True(steps.AreUsual);
        Assert.All(Enumerable.Range(0, inputs.Length), element => Assert.Equal(1e-5 * Math.Max(1, Math.Abs(inputs[element])), steps[element].Size));
    }

    [Fact]
    public void Each_column_has_a_spread_of_its_own()
    {
        // The first is a day of hours in seconds, the second micrometres in metres, the third about 1.
        var steps = StepSizes.OfColumns([1_700_000_000, 1e-6, 0, 1_700_043_200, 2e-6, 1, 1_700_086_400, 3e-6, 2], d: 3);
        Assert.False(steps.AreUsual);
        Assert.InRange(steps[0].Size, 1e-5 * 43_200, 1e-3 * 43_200);
        Assert.InRange(steps[1].Size, 1e-11, 1e-10);
        Assert.Equal(1e-5, steps[2].Size);
    }

    [Fact]
    public void A_column_without_a_spread_goes_by_its_size() => Assert.Equal(1e-5 * 1e6, StepSizes.OfColumns([1e6, 1e6, 1e6], d: 1)[1].Size);

    [Fact]
    public void Zero_in_a_column_that_spreads_far_moves_far() => Assert.Equal(1e-5 * 5e8, StepSizes.OfColumns([0, 1e9], d: 1)[0].Size, 1e-6);

    [Theory]
    [InlineData(1e9, 1e-6)]
    [InlineData(1e12, 1)]
    [InlineData(-1e9, 1e-7)]
    public void A_step_is_never_lost_in_rounding(double offset, double spread)
    {
        var steps = StepSizes.OfColumns([offset, offset + spread], d: 1);
        Assert.Equal(steps[0].Size, offset + steps[0].Size - offset, 1e-3 * steps[0].Size);
    }

    [Fact]
    public void A_parameter_goes_by_its_largest_value()
    {
        Assert.Equal(1e-5, StepSizes.OfParameter([0, 0])[0].Size);
        Assert.Equal(1e-5, StepSizes.OfParameter([0.3, -0.1])[1].Size);
        Assert.Equal(1e-5 * 2e-6, StepSizes.OfParameter([1e-6, -2e-6])[0].Size, 1e-16);
    }
}
