using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Tests.Problems;

namespace GradService.Tests.Oracles;

/// <summary>
/// How far rounding on the way back may carry a gradient off, to first order and in units of the last place: a running error analysis
/// (Higham, "Accuracy and Stability of Numerical Algorithms", chapter 3) along a chain of layers over vectors. Each number has a bound of
/// its error, each operation hands the bounds on and adds what it rounds: a sum the size of its summands, whatever they cancel to, and a
/// slope that of the number which it is taken from, as 1 − tanh² near saturation is rounded like 1.
/// </summary>
internal sealed class RoundingBound
{
    private readonly Problem _problem;
    private readonly int _samples;
    private readonly List<Stage> _stages = [];

    public RoundingBound(Problem problem)
    {
        (_problem, _samples) = (problem, problem.Samples);
        var statistics = problem.Oracle.Run(problem.Inputs, _samples).Statistics;
        var values = problem.Inputs;
        foreach (var placed in PlacedLayer.All(problem.Network))
        {
            var width = PlacedLayer.Elements(placed.Input);
            var stage = placed.Layer switch
            {
                Linear linear => Multiply(linear, placed.Name, width, values),
                BatchNorm norm => Normalize(norm, placed.Name, statistics[placed.Name], width, values),
                Flatten or Dropout or Identity => null,
                Scale scale => Multiply(scale.Learnable ? problem.Network.Parameters![$"{placed.Name}.weight"][0] : scale.Value, values),
                Prelu => Bend(problem.Network.Parameters![$"{placed.Name}.weight"][0], values),
                var activation => Activate(activation, values),
            };
            if (stage is not null)
            {
                _stages.Add(stage);
                values = stage.Values;
            }
        }
    }

    /// <summary>Of Jᵀ·cotangent, the largest entry's.</summary>
    /// <param name="cotangent">[N, M] flat.</param>
    public double Of(double[] cotangent)
    {
        var (sizes, errors) = (cotangent.Select(Math.Abs).ToArray(), new double[cotangent.Length]);
        foreach (var stage in Enumerable.Reverse(_stages))
        {
            (sizes, errors) = stage.Back(sizes, errors);
        }

        return errors.Max();
    }

    private Stage Multiply(Linear linear, string name, int wide, double[] values)
    {
        var (narrow, weight) = (linear.OutFeatures, _problem.Network.Parameters![$"{name}.weight"]);
        var bias = linear.Bias ? _problem.Network.Parameters[$"{name}.bias"] : null;
        var y = new double[_samples * narrow];
        for (var i = 0; i < y.Length; i++)
        {
            var (row, column) = (i / narrow, i % narrow);
            y[i] = (bias?[column] ?? 0) + Enumerable.Range(0, wide).Sum(k => weight[(column * wide) + k] * values[(row * wide) + k]);
        }

        return new Stage(y, (sizes, errors) =>
        {
            double[] Through(double[] of) => [.. Enumerable.Range(0, _samples * wide)
                .Select(i => Enumerable.Range(0, narrow).Sum(o => Math.Abs(weight[(o * wide) + (i % wide)]) * of[(i / wide * narrow) + o]))];
            var size = Through(sizes);
            return (size, [.. Through(errors).Zip(size, (error, summands) => error + summands)]);
        });
    }

    private static Stage Activate(Layer layer, double[] values)
    {
        // A slope made of the value, 1 − y², has the value's error twice.
        const double Step = 1e-6;
        var function = ScalarFunctions.Of(layer) ?? throw new NotSupportedException($"The oracle does not know {layer}.");
        double[] slopes = [.. values.Select(x => Math.Abs((function(x + Step) - function(x - Step)) / (2 * Step)))];
        return Sloped([.. values.Select(function)], slopes);
    }

    private static Stage Multiply(double factor, double[] values) =>
        Sloped([.. values.Select(x => factor * x)], [.. values.Select(_ => Math.Abs(factor))]);

    private static Stage Bend(double slope, double[] values) =>
        Sloped([.. values.Select(x => x > 0 ? x : slope * x)], [.. values.Select(x => x > 0 ? 1 : Math.Abs(slope))]);

    private static Stage Sloped(double[] values, double[] slopes) => new(values, (sizes, errors) => (
        [.. sizes.Select((size, i) => slopes[i] * size)],
        [.. errors.Select((error, i) => (slopes[i] * error) + (2 * Math.Max(1, slopes[i]) * sizes[i]))]));

    private Stage Normalize(BatchNorm layer, string name, ManagedStatistics used, int channels, double[] values)
    {
        double Parameter(string which, int channel, double otherwise) => layer.Affine ? _problem.Network.Parameters![$"{name}.{which}"][channel] : otherwise;
        double[] deviations = [.. used.Variance.Select(variance => Math.Sqrt(variance + layer.Eps))];
        double[] normal = [.. values.Select((value, i) => (value - used.Mean[i % channels]) / deviations[i % channels])];
        var correction = used.Correction ?? [.. Enumerable.Repeat((R: 1.0, D: 0.0), channels)];
        double[] y =
            [.. normal.Select((z, i) =>
                (Parameter("weight", i % channels, 1) * ((correction[i % channels].R * z) + correction[i % channels].D)) + Parameter("bias", i % channels, 0))];
        return new Stage(y, (sizes, errors) =>
        {
            var size = Through(sizes);
            return (size, [.. Through(errors).Zip(size, (error, summands) => error + summands)]);
        });

        // |weight| / deviation · g, and where statistics are those of the batch its three summands, g − mean(g) − z · mean(g·z).
        double[] Through(double[] of)
        {
            double[] OverBatch(Func<int, double> each) =>
                [.. Enumerable.Range(0, channels).Select(c => Enumerable.Range(0, _samples).Average(n => each((n * channels) + c)))];
            var (mean, product) = used.Coupled
                ? (OverBatch(i => of[i]), OverBatch(i => Math.Abs(normal[i]) * of[i]))
                : (new double[channels], new double[channels]);
            return [.. of.Select((each, i) => Math.Abs(Parameter("weight", i % channels, 1) * correction[i % channels].R) / deviations[i % channels]
                * (each + mean[i % channels] + (Math.Abs(normal[i]) * product[i % channels])))];
        }
    }

    /// <summary>What leaves a layer, [N, C] flat, and how the sizes of a gradient and the bounds of its errors go back through it.</summary>
    private sealed record Stage(double[] Values, Func<double[], double[], (double[] Sizes, double[] Errors)> Back);
}
