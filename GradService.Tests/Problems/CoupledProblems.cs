using CsCheck;
using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Parameters;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;

namespace GradService.Tests.Problems;

/// <summary>Random problems about the coupling: 0 to 4 BatchNorm layers in mixed modes, dense and convolutional, in double precision.</summary>
internal static class CoupledProblems
{
    private static readonly Gen<BatchNormMode> Modes = Gen.Frequency((6, Train.Mode), (1, TrainDetached.Mode), (1, Eval.Mode), (1, MovingAverage.Mode),
        (1, Reference.Mode), (1, Renorm.Mode), (1, new Renorm { RMax = 1.2, DMax = 0.3 }));

    private static readonly Gen<BatchNormMode> Overrides =
        Gen.OneOf(Train.Mode, TrainDetached.Mode, Eval.Mode, MovingAverage.Mode, Reference.Mode, Renorm.Mode);

    /// <summary>Widths up to 24, N from 2 to 40: for first derivatives.</summary>
    public static Gen<Problem> Any { get; } =
        Of(widest: 24, Gen.Frequency((3, Gen.Int[2, 9]), (1, Gen.Int[10, 40])), smooth: false, dense: 3, convolutional: 1);

    /// <summary>The same, and every activation smooth.</summary>
    public static Gen<Problem> Smooth { get; } =
        Of(widest: 24, Gen.Frequency((3, Gen.Int[2, 9]), (1, Gen.Int[10, 40])), smooth: true, dense: 3, convolutional: 1);

    /// <summary>Narrow ones and few samples, as higher derivatives row by row are dear.</summary>
    public static Gen<Problem> Narrow { get; } = Of(widest: 5, Gen.Int[3, 8], smooth: true, dense: 3, convolutional: 1);

    /// <summary>Without convolutions, which plain loops do not know.</summary>
    public static Gen<Problem> NarrowDense { get; } = Of(widest: 5, Gen.Int[3, 8], smooth: true, dense: 1, convolutional: 0);

    /// <summary>M, with convolutions too.</summary>
    public static int Outputs(this Problem problem) => (int)NetworkShape.Infer(problem.Network, new Limits()).Output.Elements;

    /// <summary>Some of the flattened outputs, in any order.</summary>
    public static int[] SomeOutputs(this Problem problem, Random random)
    {
        var order = Enumerable.Range(0, problem.Outputs()).ToArray();
        random.Shuffle(order);
        return order[..random.Next(1, order.Length + 1)];
    }

    private static Gen<Problem> Of(int widest, Gen<int> samples, bool smooth, int dense, int convolutional)
    {
        var images = Gen.OneOf<int[]>([1, 4], [2, 2], [2, 1], [1, 2, 2], [1, 3, 2]);
        var networks = Gen.Int[0, 4].SelectMany(norms => Gen.Frequency(
            (dense, Gen.Int[1, 4]
                .SelectMany(d => CoupledLayers.Dense(norms, d, widest, smooth).Select(layers => new NetworkSpec { InputShape = [d], Layers = layers }))),
            (convolutional,
                images.SelectMany(image =>
                    CoupledLayers.Convolutional(norms, image, widest, smooth).Select(layers => new NetworkSpec { InputShape = image, Layers = layers })))));
        return Gen.Select(networks, samples, Modes, Overrides, Gen.Frequency((2, (long?)null), (1, 5)), Gen.Int[0, 1_000_000], Assemble);
    }

    private static Problem Assemble(NetworkSpec spec, int samples, BatchNormMode mode, BatchNormMode other, long? dropout, int salt)
    {
        var random = new Random(salt);
        var network = Fill(spec with { Dtype = Dtype.Float64 }, random);
        var problem = new Problem(network, RandomProblems.Batch(random, network, samples).Doubles.ToArray(), samples,
            new BatchNormSpec { Mode = mode }, dropout, salt);
        var overrides = problem.BatchNorms.Where(_ => random.Next(4) == 0).ToDictionary(placed => placed.Name, _ => other);
        var needsReference = problem.BatchNorms.Any(placed => (overrides.GetValueOrDefault(placed.Name) ?? mode) == Reference.Mode);
        return problem with
        {
            Norm = new BatchNormSpec
            {
                Mode = mode,
                Layers = overrides.Count > 0 ? overrides : null,
                ReferenceInputs = needsReference ? RandomProblems.Batch(random, network, random.Next(2, 6)) : null,
            },
        };
    }

    /// <summary>
    /// Every parameter and buffer at random, numbers that float32 can hold; variance-preserving, so that deep networks
    /// neither die nor saturate.
    /// </summary>
    private static NetworkSpec Fill(NetworkSpec network, Random random)
    {
        var values = new Dictionary<string, NdArray>();
        foreach (var node in NetworkShape.Infer(network, new Limits()).All)
        {
            foreach (var parameter in node.Parameters)
            {
                values[node.ParameterName(parameter)] = (node.Layer is BatchNorm, parameter.Name) switch
                {
                    (_, "num_batches_tracked") => new NdArray(parameter.Shape, new double[] { random.Next(6) }),
                    (_, "running_var") => Draw(parameter, 0.3, 1.5),
                    (true, "weight") => Draw(parameter, 0.5, random.Next(2) == 0 ? 1.5 : -1.5),
                    (false, "weight") => Draw(parameter, -1.7 / Math.Sqrt((double)parameter.Shape.Elements / parameter.Shape[0]),
                        1.7 / Math.Sqrt((double)parameter.Shape.Elements / parameter.Shape[0])),
                    _ => Draw(parameter, -0.5, 0.5),
                };
            }
        }

        return network with { Parameters = values };

        NdArray Draw(ParameterSpec parameter, double least, double most) =>
            new(parameter.Shape,
                [.. Enumerable.Range(0, (int)parameter.Shape.Elements).Select(_ => (double)(float)(least + ((most - least) * random.NextDouble())))]);
    }
}
