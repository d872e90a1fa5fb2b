using GradService.Domain.Networks;
using GradService.Domain.Statistics;

namespace GradService.Domain.Runs.Torch;

/// <summary>All that a pass takes beside its inputs.</summary>
internal sealed record PassContext(Network Network, NormalizationPlan Plan)
{
    /// <summary>Dropout masks; null: dropout is the identity.</summary>
    public DropoutMasks? Masks { get; init; }

    /// <summary>The pass of the reference batch, where the plan needs one.</summary>
    public ForwardPass? Reference { get; init; }

    /// <summary>Whether the pass is that of a reference batch, whose layers in mode reference normalise with its own statistics.</summary>
    public bool IsReference { get; init; }

    /// <summary>
    /// Whether the graph reaches through the statistics of a layer: to the inputs where they are a leaf, and to the parameters where
    /// those are.
    /// </summary>
    public Func<NormalizationSite, bool> Flows { get; init; } = site => site.Coupled;

    /// <summary>Whether to keep which branch each element took in each layer whose derivative jumps.</summary>
    public bool WatchBranches { get; init; }

    /// <summary>Ends the pass between two layers, and where no graph is kept between two pieces of a long one.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>What layers make of what they normalised, as an earlier pass found it; null: each finds its own.</summary>
    public IReadOnlyDictionary<LayerNode, Correction>? Corrections { get; init; }

    /// <summary>Running statistics to begin with instead of the network's own.</summary>
    public IReadOnlyDictionary<LayerNode, RunningStatistics>? Before { get; init; }
}
