using CsCheck;
using GradService.Domain.Arrays;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;

namespace GradService.Tests.Problems;

/// <summary>Random networks with random parameters over random batches.</summary>
internal static class RandomProblems
{
    private static readonly Gen<int[]> InputShapes = Gen.Frequency(
        (6, Gen.Int[1, 4].Select(size => new[] { size })),
        (1, Gen.OneOf<int[]>([2, 2], [1, 3], [3, 1], [2, 1, 2], [1, 2, 2], [2, 2, 1])));

    private static readonly Gen<BatchNormMode> Modes = Gen.Frequency((4, Train.Mode), (2, TrainDetached.Mode), (2, Eval.Mode), (1, MovingAverage.Mode),
        (2, Reference.Mode), (1, Renorm.Mode), (1, new Renorm { RMax = 1.2, DMax = 0.3 }));

    private static readonly Gen<BatchNormMode?> Overrides =
        Gen.Frequency((2, (BatchNormMode?)null), (1, Train.Mode), (1, Eval.Mode), (1, Reference.Mode), (1, MovingAverage.Mode),
            (1, new Renorm { RMax = double.PositiveInfinity }));

    /// <summary>Layers over the last axis, activations, residual blocks.</summary>
    public static RandomFamily Dense { get; } =
        new(Problems(InputShapes.SelectMany(shape => RandomLayers.Networks(shape).Select(layers => new NetworkSpec { InputShape = shape, Layers = layers })),
            Gen.Int[2, 9]));

    /// <summary>Chains of layers over vectors that have kernels of their own, some batches longer than a block.</summary>
    public static RandomFamily Chains { get; } =
        new(Problems(Gen.Int[1, 9].SelectMany(size => RandomLayers.Chains.Select(layers => new NetworkSpec { InputShape = [size], Layers = layers })),
            Gen.Frequency((8, Gen.Int[2, 40]), (1, Gen.Int[41, 2_500]))).Select(problem => problem with { DropoutSeed = null }));

    /// <summary>Convolutions, pooling, normalisation over positions, residual blocks with and without a convolution beside.</summary>
    public static RandomFamily Convolutional { get; } = new(Problems(
        RandomConvolutions.InputShapes.SelectMany(shape =>
            RandomConvolutions.Networks(shape).Select(layers => new NetworkSpec { InputShape = shape, Layers = layers })), Gen.Int[2, 4]).Where(Responds));

    /// <summary>The problem with other layers, all their parameters drawn anew, and neither overrides nor a reference batch.</summary>
    public static Problem WithLayers(Problem problem, IReadOnlyList<Layer> layers)
    {
        var network = RandomParameters.Fill(problem.Network with { Layers = layers }, problem.Salt);
        return problem with
        {
            Network = network,
            Norm = new BatchNormSpec { Mode = problem.Norm.Mode == Reference.Mode ? TrainDetached.Mode : problem.Norm.Mode },
        };
    }

    /// <summary>Numbers in ±2, [count, D…].</summary>
    public static NdArray Batch(Random random, NetworkSpec network, int count)
    {
        var shape = new Shape([count, .. network.InputShape.Select(size => (long)size)]);
        return new NdArray(shape, [.. Enumerable.Range(0, (int)shape.Elements).Select(_ => (double)(float)((4 * random.NextDouble()) - 2))]);
    }

    private static Gen<Problem> Problems(Gen<NetworkSpec> specs, Gen<int> samples) => Gen.Select(specs, samples, Modes, Overrides,
        Gen.Frequency((3, Dtype.Float64), (1, Dtype.Float32)), Gen.Frequency((1, (long?)null), (1, 5)), Gen.Int[0, 1_000_000], Assemble);

    private static Problem Assemble(NetworkSpec spec, int samples, BatchNormMode mode, BatchNormMode? other, Dtype dtype, long? dropout, int salt)
    {
        var random = new Random(salt);
        var network = RandomParameters.Fill(spec with { Dtype = dtype }, salt, buffers: random.Next(4) > 0);
        var problem = new Problem(network, Batch(random, network, samples).Doubles.ToArray(), samples, new BatchNormSpec { Mode = mode }, dropout, salt);
        var overrides = problem.BatchNorms.Where(_ => other is not null && random.Next(2) == 0).ToDictionary(placed => placed.Name, _ => other!);
        var needsReference = problem.BatchNorms.Any(placed => (overrides.GetValueOrDefault(placed.Name) ?? mode) == Reference.Mode);
        return problem with
        {
            Norm = new BatchNormSpec
            {
                Mode = mode,
                Layers = overrides.Count > 0 ? overrides : null,
                ReferenceInputs = needsReference ? Batch(random, network, random.Next(2, 6)) : null,
            },
        };
    }

    /// <summary>
    /// Whether outputs move by more than a hundredth of what the inputs are moved by, statistics held, as plain loops have it. Where all
    /// positions of a channel have one value (the same maximum, a mean that is spread out), normalising them leaves a gradient of exactly
    /// 0, and nothing but rounding to compare.
    /// </summary>
    private static bool Responds(Problem problem)
    {
        const double Step = 1e-3;
        var at = problem.Oracle.Run(problem.Inputs, problem.Samples);
        var random = problem.Draws();
        var moved = problem.Oracle.Run([.. problem.Inputs.Select(x => x + (Step * ((2 * random.Next(2)) - 1)))], problem.Samples, at.Statistics);
        return at.Outputs.Zip(moved.Outputs, (before, after) => Math.Abs(after - before)).Max() > 0.01 * Step;
    }

    /// <summary>The layers with identities in place of BatchNorms.</summary>
    public static IReadOnlyList<Layer> Without(IReadOnlyList<Layer> layers) =>
        [.. layers.Select(layer => layer is BatchNorm ? new Identity() : layer.WithInner(Without))];
}
