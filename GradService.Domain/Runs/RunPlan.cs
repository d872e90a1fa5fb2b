using GradService.Domain.Arrays;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Statistics;

namespace GradService.Domain.Runs;

/// <summary>What one batch's run through a network does, all but the numbers of both: checked once, and trusted by both engines.</summary>
/// <param name="shape">The network.</param>
/// <param name="normalization">What its BatchNorm layers do.</param>
/// <param name="samples">N.</param>
internal sealed class RunPlan(NetworkShape shape, NormalizationPlan normalization, long samples)
{
    public NetworkShape Shape { get; } = shape;

    public NormalizationPlan Normalization { get; } = normalization;

    public long Samples { get; } = samples;

    /// <summary>The reference batch [R, D…], where a layer needs one.</summary>
    public NdArray? ReferenceInputs { get; init; }

    /// <summary>Which dropout masks there are; null: dropout is the identity.</summary>
    public DropoutSpec? Dropout { get; init; }

    /// <summary>The batch's name, where there are several.</summary>
    public string? Batch { get; init; }

    /// <summary>
    /// Whether the graph reaches through the statistics of a layer: to the inputs where they are a leaf, and to the parameters where
    /// those are.
    /// </summary>
    public Func<NormalizationSite, bool> Flows { get; init; } = site => site.Coupled;

    /// <summary>What the cost of a question about the run depends on.</summary>
    public ProblemSize Size { get; } = ProblemSize.Of(shape, normalization, samples);

    /// <summary>R, 0 without a reference batch.</summary>
    public long ReferenceSamples => ReferenceInputs?.Shape[0] ?? 0;

    /// <summary>Whether some layer drops anything.</summary>
    public bool Drops => Dropout is not null && Shape.All.Any(node => node.Layer is Dropout);

    /// <exception cref="Faults.FaultException">The normalisation does not fit the network, or some channel would have a single value to take a variance of.</exception>
    public static RunPlan Of(NetworkShape shape, BatchNormSpec batchNorm, long samples, DropoutSpec? dropout = null)
    {
        var normalization = NormalizationPlan.Resolve(shape, batchNorm);
        normalization.CheckCounts(samples, batchNorm.ReferenceInputs?.Shape[0] ?? 0);
        return new RunPlan(shape, normalization, samples) { ReferenceInputs = batchNorm.ReferenceInputs, Dropout = dropout };
    }

    /// <summary>How many samples a layer's statistics are taken over; null where they come from before.</summary>
    public long? SamplesBehind(NormalizationSite site) => site.SamplesBehind(Samples, ReferenceInputs);
}
