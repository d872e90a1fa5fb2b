using GradService.Api.Figures.Panels;

namespace GradService.Tests.Api.Figures;

/// <summary>Axes whose ticks are round, in range and told apart, whatever the numbers.</summary>
public sealed class AxisScaleTests
{
    [Theory]
    [InlineData(0, 1, 5, "0.0 0.2 0.4 0.6 0.8 1.0", "")]
    [InlineData(-1, 1, 4, "−1.0 −0.5 0.0 0.5 1.0", "")]
    [InlineData(0, 99, 4, "0 50", "")]
    [InlineData(0, 2e-6, 4, "0.0 0.5 1.0 1.5 2.0", "×10⁻⁶")]
    [InlineData(1e6, 1.3e6, 3, "1.0 1.1 1.2 1.3", "×10⁶")]
    [InlineData(5, 5.001, 2, "5.0000 5.0005 5.0010", "")]
    public void Ticks_are_round_numbers(double lower, double upper, int ticks, string labels, string unit)
    {
        var scale = AxisScale.Between(lower, upper, ticks);
        Assert.Equal((labels, unit), (string.Join(' ', scale.Ticks.Select(tick => tick.Label)), scale.Unit));
    }

    /// <summary>Whatever floating point can hold: labels must be told apart, or there is nothing to read.</summary>
    [Fact]
    public void Any_values_have_a_scale_with_ticks_between_its_ends()
    {
        double[] sizes = [0, 5e-324, 1e-310, 1e-290, 1e-200, 1e-7, 0.3, 1, 12345.678, 1e17, 1e299, 1e300, 1.1e300, double.MaxValue,
            double.PositiveInfinity, double.NaN];
        var values = sizes.SelectMany(size => new[] { size, -size }).ToList();
        Assert.All(from a in values from b in values select (a, b), pair =>
        {
            var scale = AxisScale.Around([pair.a, pair.b], 5);
            Assert.True(scale.Lower < scale.Upper && double.IsFinite(scale.Upper - scale.Lower), $"{pair}: {scale.Lower} to {scale.Upper}");
            Assert.InRange(scale.Ticks.Count, 2, 12);
            Assert.All(scale.Ticks, tick => Assert.InRange(scale.Of(tick.Value), -1e-6, 1 + 1e-6));
            Assert.Distinct(scale.Ticks.Select(tick => tick.Label));
            Assert.All(scale.Ticks, tick => Assert.InRange(tick.Label.Length, 1, 12));
            Assert.All(new[] { pair.a, pair.b }.Where(AxisScale.IsDrawn), value => Assert.InRange(scale.Of(value), 0, 1));
        });
    }

    [Fact]
    public void What_cannot_be_drawn_has_no_place() =>
        Assert.All([double.NaN, double.PositiveInfinity, -2e300], value => Assert.True(double.IsNaN(AxisScale.Between(0, 1, 5).Of(value))));

    [Theory]
    [InlineData(0.5, "0.5")]
    [InlineData(-6.12e-6, "−6.12×10⁻⁶")]
    [InlineData(1.5e12, "1.5×10¹²")]
    [InlineData(double.NegativeInfinity, "−∞")]
    public void Amounts_are_written_as_in_print(double number, string text) => Assert.Equal(text, Amount.Of(number));
}
