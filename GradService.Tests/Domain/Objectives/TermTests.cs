using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Objectives;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Objectives;

/// <summary>What reductions make of residuals and weights, beside their definitions written out, and how that moves with each residual.</summary>
public sealed class TermTests
{
    private static readonly double[] Residuals = [1, -2, 3, 0.5];

    private static readonly double[] Weights = [0.5, 2, 1, -1];

    public static TheoryData<string, bool, double> Values { get; } = new()
    {
        { "MeanSquare", false, (1 + 4 + 9 + 0.25) / 4 },
        { "MeanSquare", true, (0.5 + 8 + 9 - 0.25) / 4 },
        { "Mean", false, 2.5 / 4 },
        { "Mean", true, (0.5 - 4 + 3 - 0.5) / 4 },
        { "SquaredMean", false, 2.5 / 4 * (2.5 / 4) },
        { "SquaredMean", true, -1.0 / 4 * (-1.0 / 4) },
        { "SumSquare", false, 14.25 },
        { "SumSquare", true, 0.5 + 8 + 9 - 0.25 },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_is_by_definition(string reduction, bool weighted, double value) =>
        Assert.Equal(value, Make(reduction, weighted).Value(Array(Residuals)), 1e-15);

    [Theory]
    [MemberData(nameof(Values))]
    public void The_slope_is_that_of_weight_times_value(string reduction, bool weighted, double _)
    {
        const double Step = 1e-6;
        using var scope = NewDisposeScope();
        var term = Make(reduction, weighted);
        var slope = term.Slope(Array(Residuals).ToTensor(Dtype.Float64), 0, Array(Residuals)).ToDoubles();
        for (var at = 0; at < Residuals.Length; at++)
        {
            Assert.Equal(term.Weight * (Moved(at, Step) - Moved(at, -Step)) / (2 * Step), slope[at], 1e-8);
        }

        double Moved(int at, double by) => term.Value(Array([.. Residuals.Select((residual, i) => i == at ? residual + by : residual)]));
    }

    [Fact]
    public void Slopes_of_some_points_take_their_own_weights()
    {
        using var scope = NewDisposeScope();
        var term = Make("Mean", weighted: true);
        var some = term.Slope(Array(Residuals[2..]).ToTensor(Dtype.Float64), 2, Array(Residuals)).ToDoubles();
        Assert.Equal([term.Weight / 4, -term.Weight / 4], some);
    }

    private static Term Make(string reduction, bool weighted) =>
        new(0, "term", [0], new Residual.OfGradientNorm(0, 1), Target: null, weighted ? Array(Weights) : null, Weight: 3, Enum.Parse<Reduction>(reduction));

    private static NdArray Array(double[] values) => new(new Shape(values.Length), values);
}
