using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Statistics;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>All batches of a loss, one after another, running statistics going on from one to the next.</summary>
internal sealed class ObjectivePass
{
    private readonly ForwardPass? _reference;

    private ObjectivePass(ObjectiveSetting setting, Network network, bool live, ForwardPass? reference, IReadOnlyList<BatchPass> batches)
    {
        (Setting, Network, Live, _reference, Batches) = (setting, network, live, reference, batches);
    }

    public ObjectiveSetting Setting { get; }

    /// <summary>The network that was run; where parameter gradients are wanted, its learnable parameters are leaves.</summary>
    public Network Network { get; }

    /// <summary>Whether parameter gradients will be taken.</summary>
    public bool Live { get; }

    public IReadOnlyList<BatchPass> Batches { get; }

    /// <param name="setting">What is evaluated.</param>
    /// <param name="network">The network.</param>
    /// <param name="live">Whether parameter gradients will be taken.</param>
    /// <param name="frozen">Another pass whose corrections are held, and its statistics where gradients do not flow through them; null: none is.</param>
    /// <param name="watchBranches">Whether to keep which branch each element took.</param>
    /// <param name="cancellation">Ends passes between two layers.</param>
    public static ObjectivePass Run(
        ObjectiveSetting setting, Network network, bool live, CancellationToken cancellation, ObjectivePass? frozen = null, bool watchBranches = false)
    {
        var context = new PassContext(network, setting.Plan) { Flows = setting.Through, WatchBranches = watchBranches, Cancellation = cancellation };
        if (setting.Plan.NeedsReference)
        {
            context = context with { Reference = ForwardPass.OfReference(context with { Corrections = frozen?._reference?.Corrections }, setting.ReferenceInputs!.ToTensor(network.Dtype)) };
        }

        var sets = setting.Batches;
        var masks = setting.Dropout is { } dropout
            ? DropoutMasks.Draw(setting.Shape, [.. sets.Select(batch => batch.Sum(set => set.Count))], dropout, network.Dtype, cancellation)
            : null;
        var batches = new List<BatchPass>();
        foreach (var batch in sets)
        {
            var at = batches.Count;
            var own = context with { Masks = masks?[at], Before = at == 0 ? null : batches[^1].Running, Corrections = frozen?.Batches[at].Corrections };
            batches.Add(BatchPass.Run(setting, batch, own, frozen?.Held(at), live));
        }

        return new ObjectivePass(setting, network, live, context.Reference, batches);
    }

    /// <summary>The sets in order, each with the batch that it is part of.</summary>
    public IEnumerable<(BatchPass Batch, ObjectiveSet Set)> Sets => Batches.SelectMany(batch => batch.Sets.Select(set => (batch, set)));

    /// <summary>Which branch each element took in each layer whose derivative jumps; empty unless watched.</summary>
    public IEnumerable<Tensor> Branches => Batches.SelectMany(batch => batch.Passes).SelectMany(pass => pass.Branches);

    /// <summary>A batch's statistics that gradients do not flow through, as constants.</summary>
    private Dictionary<LayerNode, Moments> Held(int batch) => Batches[batch].Taps
        .Where(tap => !Setting.Through(tap.Site)).ToDictionary(tap => tap.Site.Node, tap => tap.Used.Detached());
}
