using GradService.Domain.Arrays;
using GradService.Domain.Runs;
using GradService.Domain.Separation;

namespace GradService.Tests.Domain.Separation;

/// <summary>
/// Own derivatives in a loss go the way that takes less time. Seconds of one core as measured, in single precision, for one input, one
/// second or first derivative, and so many layers Linear – Tanh – BatchNorm; infinite where it was not tried; of the widest, with the start of the process.
/// </summary>
public sealed class CheapestWayTests
{
    [Theory]
    [InlineData(100, 2, 10, 2, true, 0.30, 0.57)]
    [InlineData(300, 2, 10, 2, true, 0.98, 0.59)]
    [InlineData(1_000, 2, 10, 2, true, 4.01, 0.72)]
    [InlineData(300, 2, 20, 2, true, 0.79, 2.41)]
    [InlineData(1_000, 2, 20, 2, true, 5.30, 3.64)]
    [InlineData(300, 3, 6, 2, true, 1.58, 1.11)]
    [InlineData(1_000, 3, 6, 2, true, 5.80, 1.28)]
    [InlineData(1_000, 4, 64, 2, true, 25.4, double.PositiveInfinity)]
    [InlineData(100, 2, 10, 1, true, 0.10, 0.02)]
    [InlineData(300, 2, 10, 1, true, 0.32, 0.03)]
    [InlineData(100, 2, 10, 2, false, 0.09, 0.10)]
    [InlineData(300, 2, 10, 2, false, 0.31, 0.16)]
    [InlineData(1_000, 2, 20, 2, false, 1.52, 0.62)]
    public void It_is_the_one_that_was_measured_to_be_faster(int points, int layers, int width, int order, bool live, double rowByRow, double expanded)
    {
        var size = new ProblemSize(points, new Shape(1), 1, [.. Enumerable.Repeat(new CoupledLayer(width, 1), layers)]);
        var choice = SeparationWay.Choose(new Asked(size, AskedFor.TermDerivatives, order)
        {
            Order = order,
            Live = live,
            RowSweeps = points * (order + (live ? 1 : 0)),
        });
        Assert.Equal(expanded < rowByRow, choice.Way == Expansion.Way);
    }
}
