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

    /// <summary>
    /// Whether each output, summed over the batch, is a constant whatever the inputs are: the last layer that couples the samples has one value
    /// of a channel in each, which sum to zero when they are normalised, and is followed by affine layers alone.
    /// </summary>
    public bool SumsToConstant
    {
        get
        {
            for (var at = Shape.Layers.Count - 1; at >= 0; at--)
            {
                var node = Shape.Layers[at];
                if (node.Layer is BatchNorm && Normalization[node].Coupled)
                {
                    return Normalization[node].Positions == 1;
                }

                if (!KeepsSums(node))
                {
                    return false;
                }
            }

            return false;
        }
    }

    /// <summary>Whether a sum over the batch goes through a layer as each sample does.</summary>
    private bool KeepsSums(LayerNode node)
    {
        if (node.Layer.Linearity != Linearity.Affine || (node.Layer is Dropout && Dropout is not null)
            || (node.Layer is BatchNorm && Normalization[node].Coupled))
        {
            return false;
        }

        foreach (var block in node.Blocks)
        {
            foreach (var inner in block)
            {
                if (!KeepsSums(inner))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <exception cref="Faults.FaultException">The normalisation does not fit the network, or some channel would have a single value to take
    /// a variance of.</exception>
    public static RunPlan Of(NetworkShape shape, BatchNormSpec batchNorm, long samples, DropoutSpec? dropout = null)
    {
        var normalization = NormalizationPlan.Resolve(shape, batchNorm);
        normalization.CheckCounts(samples, batchNorm.ReferenceInputs?.Shape[0] ?? 0);
        return new RunPlan(shape, normalization, samples) { ReferenceInputs = batchNorm.ReferenceInputs, Dropout = dropout };
    }

    /// <summary>How many samples a layer's statistics are taken over; null where they come from before.</summary>
    public long? SamplesBehind(NormalizationSite site) => site.SamplesBehind(Samples, ReferenceInputs);
}

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

    /// <summary>
    /// Whether what goes through the statistics cancels all else but for rounding. Two values of a channel are normalised to ±1 wherever they
    /// are, so that next to nothing comes through. One such layer costs every way the same digits; a second one divides what is left by a
    /// deviation of its own size, and what is added up of large parts loses all of them.
    /// </summary>
    public bool Cancels => CoupledLayers.Count > 1 && CoupledLayers.Any(layer => Samples * layer.Positions == 2);

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
