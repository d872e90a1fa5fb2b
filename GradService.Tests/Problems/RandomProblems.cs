using CsCheck;
using GradService.Domain;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Normalization;
using GradService.Domain.Normalization.Modes;

namespace GradService.Tests.Problems;

/// <summary>Random networks with random parameters over random batches.</summary>
internal static class RandomProblems
{
    private static readonly Gen<int[]> InputShapes = Gen.Frequency(
        (6, Gen.Int[1, 4].Select(size => new[] { size })),
        (1, Gen.OneOf<int[]>([2, 2], [1, 3], [3, 1], [2, 1, 2], [1, 2, 2], [2, 2, 1])));

    private static readonly Gen<BatchNormMode> Modes = Gen.Frequency((4, Train.Mode), (2, TrainDetached.Mode), (2, Eval.Mode), (1, MovingAverage.Mode), (2, Reference.Mode));

    private static readonly Gen<BatchNormMode?> Overrides =
        Gen.Frequency((2, (BatchNormMode?)null), (1, Train.Mode), (1, Eval.Mode), (1, Reference.Mode), (1, MovingAverage.Mode));

    /// <summary>Every mode, overrides, both precisions.</summary>
    public static Gen<Problem> Any { get; } = Gen.Select(Specs(), Gen.Int[2, 9], Modes, Overrides,
        Gen.Frequency((3, Dtype.Float64), (1, Dtype.Float32)), Gen.Frequency((1, (long?)null), (1, 5)), Gen.Int[0, 1_000_000], Assemble);

    /// <summary>The same in double precision, where tolerances are tight.</summary>
    public static Gen<Problem> Double { get; } = Any.Select(problem => problem.In(Dtype.Float64));

    /// <summary>At least one BatchNorm.</summary>
    public static Gen<Problem> Normalised { get; } = Any.Select(problem => problem.BatchNorms.Any() ? problem : WithLayers(problem, [new BatchNorm(), .. problem.Network.Layers]));

    /// <summary>No BatchNorm at all.</summary>
    public static Gen<Problem> Plain { get; } = Any.Select(problem => WithLayers(problem, Without(problem.Network.Layers)));

    /// <summary>The problem with other layers, all their parameters drawn anew, and neither overrides nor a reference batch.</summary>
    public static Problem WithLayers(Problem problem, IReadOnlyList<Layer> layers)
    {
        var network = RandomParameters.Fill(problem.Network with { Layers = layers }, problem.Salt);
        return problem with { Network = network, Norm = new BatchNormSpec { Mode = problem.Norm.Mode == Reference.Mode ? TrainDetached.Mode : problem.Norm.Mode } };
    }

    /// <summary>Numbers in ±2, [count, D…].</summary>
    public static NdArray Batch(Random random, NetworkSpec network, int count)
    {
        var shape = new Shape([count, .. network.InputShape.Select(size => (long)size)]);
        return new NdArray(shape, [.. Enumerable.Range(0, (int)shape.Elements).Select(_ => (double)(float)((4 * random.NextDouble()) - 2))]);
    }

    private static Gen<NetworkSpec> Specs() =>
        InputShapes.SelectMany(shape => RandomLayers.Networks(shape).Select(layers => new NetworkSpec { InputShape = shape, Layers = layers }));

    private static Problem Assemble(NetworkSpec spec, int samples, BatchNormMode mode, BatchNormMode? other, Dtype dtype, long? dropout, int salt)
    {
        var random = new Random(salt);
        var network = RandomParameters.Fill(spec with { Dtype = dtype }, salt, buffers: random.Next(4) > 0);
        var problem = new Problem(network, Batch(random, network, samples).Doubles.ToArray(), samples, new BatchNormSpec { Mode = mode }, dropout, salt);
        var overrides = problem.BatchNorms.Where(_ => other is not null && random.Next(2) == 0).ToDictionary(placed => placed.Name, _ => other!);
        var needsReference = problem.BatchNorms.Any(placed => (overrides.GetValueOrDefault(placed.Name) ?? mode) == Reference.Mode);
        return problem with
        {
            Norm = new BatchNormSpec { Mode = mode, Layers = overrides.Count > 0 ? overrides : null, ReferenceInputs = needsReference ? Batch(random, network, random.Next(2, 6)) : null },
        };
    }

    private static List<Layer> Without(IReadOnlyList<Layer> layers) => [.. layers.Select(layer => layer switch
    {
        BatchNorm => new Identity(),
        Residual residual => new Residual { Layers = Without(residual.Layers), Shortcut = residual.Shortcut is null ? null : Without(residual.Shortcut) },
        _ => layer,
    })];
}
