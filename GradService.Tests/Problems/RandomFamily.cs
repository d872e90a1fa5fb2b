using CsCheck;
using GradService.Domain.Arrays;
using GradService.Domain.Networks.Layers;

namespace GradService.Tests.Problems;

/// <summary>Random problems of one kind, and those among them that laws are about.</summary>
/// <param name="Any">Every mode, overrides, both precisions.</param>
internal sealed record RandomFamily(Gen<Problem> Any)
{
    /// <summary>In double precision, where tolerances are tight.</summary>
    public Gen<Problem> Double { get; } = Any.Select(problem => problem.In(Dtype.Float64));

    /// <summary>At least one BatchNorm.</summary>
    public Gen<Problem> Normalised { get; } =
        Any.Select(problem => problem.BatchNorms.Any() ? problem : RandomProblems.WithLayers(problem, [new BatchNorm(), .. problem.Network.Layers]));

    /// <summary>No BatchNorm at all.</summary>
    public Gen<Problem> Plain { get; } = Any.Select(problem => RandomProblems.WithLayers(problem, RandomProblems.Without(problem.Network.Layers)));

    /// <summary>"dense" or "convolutional".</summary>
    public static RandomFamily Of(string networks) => networks == "dense" ? RandomProblems.Dense : RandomProblems.Convolutional;
}
