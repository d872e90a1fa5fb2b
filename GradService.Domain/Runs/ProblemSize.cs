using GradService.Domain.Arrays;
using GradService.Domain.Networks;
using GradService.Domain.Statistics;

namespace GradService.Domain.Runs;

/// <summary>All that the cost of a question depends on.</summary>
/// <param name="Samples">N.</param>
/// <param name="Input">D…, shape of one input sample.</param>
/// <param name="OutputElements">M, elements of one output sample.</param>
/// <param name="CoupledLayers">The layers that couple the samples, in forward order.</param>
internal sealed record ProblemSize(long Samples, Shape Input, long OutputElements, IReadOnlyList<CoupledLayer> CoupledLayers)
{
    /// <summary>The network's precision, in which all arrays of the question are taken.</summary>
    public Dtype Dtype { get; init; } = Dtype.Float64;

    public bool Coupled => CoupledLayers.Count > 0;

    /// <summary>K, a mean and a variance for each channel of each coupled layer.</summary>
    public long Statistics => 2 * CoupledLayers.Sum(layer => layer.Channels);

    /// <summary>The same question with all statistics held constant.</summary>
    public ProblemSize Decoupled => this with { CoupledLayers = [] };

    public static ProblemSize Of(NetworkShape shape, NormalizationPlan plan, long samples) => new(samples, shape.Input, shape.Output.Elements,
        [.. plan.Sites.Where(site => site.Coupled).Select(site => new CoupledLayer(site.Node.Input[0], site.Positions))])
    {
        Dtype = shape.Dtype,
    };

    public Shape Inputs => Input.After(Samples);

    public Shape Outputs => new(Samples, OutputElements);
}

/// <summary>A layer that couples the samples.</summary>
/// <param name="Channels">C.</param>
/// <param name="Positions">Values per channel and sample.</param>
internal sealed record CoupledLayer(long Channels, long Positions)
{
    /// <summary>
    /// Sweeps that find how its statistics respond: one per channel where a sample has one value of it, as mean and variance then
    /// share the derivative of that value; else two.
    /// </summary>
    public long Sweeps => Positions == 1 ? Channels : 2 * Channels;
}
