using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Statistics;
using static TorchSharp.torch;

namespace GradService.Domain.Runs.Torch;

/// <summary>What a run by tensors begins with beside its inputs.</summary>
/// <param name="Plan">What it does.</param>
/// <param name="Network">The numbers of the network, in the precision of the run.</param>
internal sealed record RunStart(RunPlan Plan, Network Network)
{
    /// <summary>Dropout masks; null: dropout is the identity.</summary>
    public DropoutMasks? Masks { get; init; }

    /// <summary>The run of the reference batch, where the plan needs one.</summary>
    public TorchRun? Reference { get; init; }

    /// <summary>Whether the run is that of a reference batch, whose layers in mode reference normalise with its own statistics.</summary>
    public bool IsReference { get; init; }

    /// <summary>Running statistics to begin with instead of the network's own.</summary>
    public IReadOnlyDictionary<LayerNode, RunningStatistics>? Before { get; init; }

    /// <summary>What layers make of what they normalised, as an earlier run found it; null: each finds its own.</summary>
    public IReadOnlyDictionary<LayerNode, Correction>? Corrections { get; init; }

    /// <summary>Whether to keep which branch each element took in each layer with a derivative that jumps.</summary>
    public bool WatchBranches { get; init; }

    /// <summary>
    /// Whether nobody will ask for what layers were given and made: what the graph does not hold, all of it where there is none, is given back
    /// as the run goes, and of BatchNorm layers numbers are kept alone.
    /// </summary>
    public bool Spares { get; init; }

    /// <summary>Moves what layers give on, to find out how much rounding makes; null: nothing is moved.</summary>
    public RandomRounding? Rounding { get; init; }

    /// <summary>Sees what enters and what leaves each layer, in the order in which layers come to their end; null: nobody watches.</summary>
    public Action<LayerNode, Tensor, Tensor>? Watch { get; init; }

    /// <summary>Ends the run between two layers, and where no graph is kept between two pieces of a long one.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>The start of one batch: its masks drawn, the reference batch run.</summary>
    public static RunStart Of(RunPlan plan, Network network, CancellationToken cancellation, RandomRounding? rounding = null)
    {
        var start = new RunStart(plan, network) { Rounding = rounding, Cancellation = cancellation };
        var masks = DropoutMasks.Of(plan, network.Dtype, cancellation);

        // No gradient will ask for the reference batch.
        using var constants = no_grad();
        return start.WithReference() with { Masks = masks };
    }

    /// <summary>The same with the reference batch run, where the plan needs one: dropout is the identity for it.</summary>
    /// <param name="corrections">What its layers make of what they normalised; null: each finds its own.</param>
    public RunStart WithReference(IReadOnlyDictionary<LayerNode, Correction>? corrections = null) => !Plan.Normalization.NeedsReference ? this : this with
    {
        Reference = TorchRun.Of(this with { Masks = null, IsReference = true, Spares = false, Corrections = corrections },
            Plan.ReferenceInputs!.ToTensor(Network.Dtype)),
    };
}
