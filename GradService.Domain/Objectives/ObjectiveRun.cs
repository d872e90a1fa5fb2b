using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Runs;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Statistics;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>All batches of a loss, one after another, running statistics going on from one to the next.</summary>
internal sealed class ObjectiveRun
{
    private readonly TorchRun? _reference;

    private ObjectiveRun(
        ObjectiveSetting setting, Network network, bool live, TorchRun? reference, IReadOnlyList<Tensor> unknowns, IReadOnlyList<BatchRun> batches)
    {
        (Setting, Network, Live, _reference, Unknowns, Batches) = (setting, network, live, reference, unknowns, batches);
    }

    public ObjectiveSetting Setting { get; }

    /// <summary>The network that was run; where parameter gradients are wanted, its learnable parameters are leaves.</summary>
    public Network Network { get; }

    /// <summary>Whether gradients of the loss will be taken.</summary>
    public bool Live { get; }

    /// <summary>The numbers that are trained, [] each; leaves where gradients will be taken.</summary>
    public IReadOnlyList<Tensor> Unknowns { get; }

    public IReadOnlyList<BatchRun> Batches { get; }

    /// <param name="setting">What is evaluated.</param>
    /// <param name="network">The network.</param>
    /// <param name="live">Whether parameter gradients will be taken.</param>
    /// <param name="frozen">Another run whose corrections are held, and its statistics where gradients do not flow through them; null: none is.</param>
    /// <param name="byInputs">Whether those gradients are by the points: they flow through no statistics but those that couple the samples.</param>
    /// <param name="watchBranches">Whether to keep which branch each element took.</param>
    /// <param name="rounding">Moves what layers give on; null: nothing is moved.</param>
    /// <param name="cancellation">Ends runs between two layers.</param>
    public static ObjectiveRun Run(
        ObjectiveSetting setting, Network network, bool live, CancellationToken cancellation, ObjectiveRun? frozen = null, bool watchBranches = false,
        RandomRounding? rounding = null, bool byInputs = false)
    {
        var unknowns = setting.Objective.Unknowns.Select(value =>
        {
            var unknown = Tensors.Filled([], network.Dtype.ToScalarType(), network.Dtype.Constant(value));
            return live ? TorchRun.Leaf(unknown) : unknown;
        }).ToList();
        var start = new RunStart(setting.Batches[0].Plan, network) { WatchBranches = watchBranches, Rounding = rounding, Cancellation = cancellation }
            .WithReference(frozen?._reference?.Corrections);
        var masks = setting.Dropout is { } dropout
            ? DropoutMasks.Draw(setting.Shape, [.. setting.Batches.Select(batch => batch.Count)], dropout, network.Dtype, cancellation)
            : null;
        var batches = new List<BatchRun>();
        foreach (var (at, batch) in setting.Batches.Index())
        {
            var own = start with
            {
                Plan = batch.Plan,
                Masks = masks?[at],
                Before = at == 0 ? null : batches[^1].Running,
                Corrections = frozen?.Batches[at].Corrections,
            };
            batches.Add(BatchRun.Run(batch, own, frozen?.Held(at, byInputs), unknowns, live));
        }

        return new ObjectiveRun(setting, network, live, start.Reference, unknowns, batches);
    }

    /// <summary>The sets in order, each with the batch that it is part of.</summary>
    public IEnumerable<(BatchRun Batch, ObjectiveSet Set)> Sets => Batches.SelectMany(batch => batch.Batch.Sets.Select(set => (batch, set)));

    /// <summary>Which branch each element took in each layer with a derivative that jumps; empty unless watched.</summary>
    public IEnumerable<Branch> Branches => Batches.SelectMany(batch => batch.Runs).SelectMany(run => run.Branches);

    /// <summary>A batch's statistics that gradients do not flow through, as constants.</summary>
    private Dictionary<LayerNode, Moments> Held(int batch, bool byInputs) => Batches[batch].Layers
        .Where(trace => byInputs ? !trace.Site.Coupled : !Setting.Through(trace.Site))
        .ToDictionary(trace => trace.Site.Node, trace => trace.Moments.Detached());
}
