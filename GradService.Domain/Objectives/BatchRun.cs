using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Separation;
using GradService.Domain.Statistics;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>
/// The point sets that share their statistics, run through the network so that every derivative that their terms need can be taken. The
/// statistics come from a run over constant inputs; where gradients flow through them, to the parameters alone, they stay in its graph.
/// Its tensors belong to the scope in which it was run.
/// </summary>
internal sealed class BatchRun
{
    private readonly List<TorchRun> _runs = [];
    private readonly Dictionary<ObjectiveSet, IReadOnlyList<Func<PointValues>>> _values = [];
    private readonly HashSet<ObjectiveSet> _pointByPoint = [];
    private readonly Dictionary<ObjectiveSet, Tensor> _outputs = [];
    private readonly IReadOnlyList<Tensor> _unknowns;
    private readonly Dictionary<ObjectiveSet, (Tensor Leaf, long From)> _pointsInLeaf = [];

    private BatchRun(ObjectiveBatch batch, RunStart start, Tensor inputs, IReadOnlyList<Tensor> unknowns) =>
        (Batch, Start, Inputs, _unknowns) = (batch, start, inputs, unknowns);

    public ObjectiveBatch Batch { get; }

    /// <summary>What the batch began with.</summary>
    public RunStart Start { get; }

    /// <summary>What layers made of what they had normalised; null where none makes anything of it.</summary>
    public IReadOnlyDictionary<LayerNode, Correction>? Corrections => _runs[0].Corrections;

    /// <summary>The points of all sets [N, D…], constants.</summary>
    public Tensor Inputs { get; }

    /// <summary>The outputs [N, M].</summary>
    public Tensor Outputs => Batch.Sets.Count == 1 ? _outputs[Batch.Sets[0]] : cat([.. Batch.Sets.Select(set => _outputs[set])], 0);

    /// <summary>The BatchNorm layers as the whole batch met them.</summary>
    public IReadOnlyList<TorchTrace> Layers => _runs[0].Layers;

    /// <summary>All runs that it took.</summary>
    public IReadOnlyList<TorchRun> Runs => _runs;

    /// <summary>The running statistics after the batch, for the next.</summary>
    public IReadOnlyDictionary<LayerNode, RunningStatistics> Running =>
        Layers.Where(trace => trace.Site.Layer.TrackRunningStats).ToDictionary(trace => trace.Site.Node, trace => trace.Running);

    /// <summary>What stands in the graphs beside the parameters, whose gradients must be pulled back to these; null: nothing.</summary>
    public StatisticPolynomials? Polynomials { get; private set; }

    /// <summary>
    /// What formulas read on a set: all points at once, or each by itself where samples interact and each wants its own derivatives. Made
    /// on demand, in the scope in which their graphs may live.
    /// </summary>
    public IReadOnlyList<Func<PointValues>> ValuesOn(ObjectiveSet set) => _values[set];

    /// <summary>The points as leaves [N, D…], where gradients by them are wanted: of the whole batch, or of each set.</summary>
    public IEnumerable<Tensor> Leaves => _pointsInLeaf.Values.Select(place => place.Leaf).Distinct<Tensor>(ReferenceEqualityComparer.Instance);

    /// <summary>Which of <see cref="Leaves"/> a set's points stand in, and from where.</summary>
    public (Tensor Leaf, long From) PointsInLeaf(ObjectiveSet set) => _pointsInLeaf[set];

    /// <summary>Whether each point of the set stands by itself.</summary>
    public bool IsPointByPoint(ObjectiveSet set) => _pointByPoint.Contains(set);

    /// <param name="batch">The sets of the batch.</param>
    /// <param name="start">The network with its leaves, masks of the batch, the running statistics before it.</param>
    /// <param name="frozen">Statistics that are held whatever the parameters are; null: none.</param>
    /// <param name="unknowns">The numbers that are trained, [] each.</param>
    /// <param name="live">Whether gradients of the loss will be taken.</param>
    public static BatchRun Run(
        ObjectiveBatch batch, RunStart start, IReadOnlyDictionary<LayerNode, Moments>? frozen, IReadOnlyList<Tensor> unknowns, bool live)
    {
        var inputs = batch.Sets.Select(set => set.Inputs.ToTensor(start.Network.Dtype)).ToList();
        var all = inputs.Count == 1 ? inputs[0] : cat([.. inputs], 0);
        var made = new BatchRun(batch, start, all, unknowns);
        switch (batch.Separated?.Way)
        {
            case null:
                made.Share(inputs, made.Add(TorchRun.Of(start, all, Held)).Outputs, derivatives: null);
                break;
            case Apart:
                made.RunApart(start, all, inputs, Held, live);
                break;
            case Together:
                var sum = made.RunCoupled(start, all, Held);
                made.Share(made.Points(sum, inputs), sum.Outputs, made.Differentiate(sum, batch.Derivatives, Ones(all), live));
                break;
            case RowByRow:
                var rows = made.RunCoupled(start, all, Held);
                made.ShareRows(made.Points(rows, inputs), rows, live);
                break;
            default:
                made.Polynomials = new StatisticPolynomials(made.Add(TorchRun.Of(start, all, Held)), batch.Derivatives.Order, live, start.Cancellation);
                var own = made.Add(made.Polynomials.Decouple());
                made.Share(inputs, own.Outputs, made.Differentiate(own, batch.Derivatives, Ones(all), live));
                break;
        }

        return made;

        Moments? Held(NormalizationSite site, Tensor h) => frozen?.GetValueOrDefault(site.Node);
    }

    /// <summary>The outputs on a set, [n, M].</summary>
    public Tensor OutputsOn(ObjectiveSet set) => _outputs[set];

    /// <summary>Why derivatives vanish on a set, by the statistics of the batch, held constant.</summary>
    public Flatness FlatnessOn(ObjectiveSet set, int order)
    {
        var from = Batch.Sets.TakeWhile(other => other != set).Sum(other => other.Count);
        var used = _runs[0].Constants();
        var start = Start with { Masks = Start.Masks?.Rows(from, set.Count), Corrections = Corrections };
        return Flatness.Of(start, Inputs.narrow(0, from, set.Count), order, (site, _) => used[site.Node]);
    }

    private InputDerivatives Differentiate(TorchRun run, DerivativePlan plan, Tensor weights, bool live) =>
        new(run.Outputs, run.Inputs, plan, weights, live, Start.Cancellation);

    private TorchRun Add(TorchRun run)
    {
        _runs.Add(run);
        return run;
    }

    /// <summary>The points of each set: those of the run itself where gradients by them are wanted.</summary>
    private List<Tensor> Points(TorchRun run, List<Tensor> inputs)
    {
        if (!Batch.WantsInputGradients)
        {
            return inputs;
        }

        var from = 0L;
        return [.. Batch.Sets.Select(set =>
        {
            _pointsInLeaf[set] = (run.Inputs, from);
            var own = run.Inputs.narrow(0, from, set.Count);
            from += set.Count;
            return own;
        })];
    }

    /// <summary>Samples do not interact: only sets with derivatives are run over a leaf, each by itself.</summary>
    private void RunApart(RunStart start, Tensor all, List<Tensor> inputs, Func<NormalizationSite, Tensor, Moments?> held, bool live)
    {
        var whole = start.Plan.Normalization.Sites.Any(site => site.MeasuresBatch) ? Add(TorchRun.Of(start, all, held)) : null;
        var used = whole?.Used();
        start = start with { Corrections = whole?.Corrections };
        var from = 0L;
        foreach (var (set, points) in Batch.Sets.Zip(inputs))
        {
            var plan = set.Derivatives;
            var leaf = plan.Sweeps > 0 || Batch.WantsInputGradients;
            if (!leaf && whole is not null)
            {
                AddValues(set, points, whole.Outputs.narrow(0, from, set.Count), derivatives: null, 0);
            }
            else
            {
                var own = start with { Masks = start.Masks?.Rows(from, set.Count) };
                var run = Add(TorchRun.Of(own, leaf ? TorchRun.Leaf(points) : points, used is null ? held : (site, _) => used[site.Node]));
                if (Batch.WantsInputGradients)
                {
                    _pointsInLeaf[set] = (run.Inputs, 0);
                }

                AddValues(set, Batch.WantsInputGradients ? run.Inputs : points, run.Outputs,
                    plan.Sweeps == 0 ? null : Differentiate(run, plan, Ones(points), live), 0);
            }

            from += set.Count;
        }
    }

    /// <summary>Samples interact through their leaves; layers that do not couple take statistics of a run over constants.</summary>
    private TorchRun RunCoupled(RunStart start, Tensor all, Func<NormalizationSite, Tensor, Moments?> held)
    {
        var mixed = start.Plan.Normalization.Sites.Any(site => !site.Coupled && site.MeasuresBatch);
        var whole = mixed ? Add(TorchRun.Of(start, all, held)) : null;
        var used = whole?.Used();
        start = whole is null ? start : start with { Corrections = whole.Corrections };
        return Add(TorchRun.Of(start, TorchRun.Leaf(all),
            (site, h) => held(site, h) ?? (used is not null && !site.Coupled && site.MeasuresBatch ? used[site.Node] : null)));
    }

    /// <summary>One graph serves all sets.</summary>
    private void Share(List<Tensor> inputs, Tensor outputs, InputDerivatives? derivatives)
    {
        var from = 0L;
        foreach (var (set, points) in Batch.Sets.Zip(inputs))
        {
            AddValues(set, points, outputs.narrow(0, from, set.Count), derivatives, from);
            from += set.Count;
        }
    }

    /// <summary>One graph serves all sets, and each point with derivatives differentiates its own outputs.</summary>
    private void ShareRows(List<Tensor> inputs, TorchRun run, bool live)
    {
        var from = 0L;
        foreach (var (set, points) in Batch.Sets.Zip(inputs))
        {
            var first = from;
            if (set.Derivatives.Sweeps == 0)
            {
                AddValues(set, points, run.Outputs.narrow(0, first, set.Count), derivatives: null, 0);
            }
            else
            {
                _pointByPoint.Add(set);
                _outputs[set] = run.Outputs.narrow(0, first, set.Count);
                _values[set] = [.. Enumerable.Range(0, (int)set.Count).Select(i => (Func<PointValues>)(() => Row(set, points, first, i)))];
            }

            from += set.Count;
        }

        PointValues Row(ObjectiveSet set, Tensor points, long first, long i)
        {
            var unit = run.Outputs.select(1, 0).UnitLike(0, first + i);
            return new PointValues(i, points.narrow(0, i, 1).flatten(1), run.Outputs.narrow(0, first + i, 1),
                Differentiate(run, set.Derivatives, unit, live), first + i, Shared(set));
        }
    }

    private void AddValues(ObjectiveSet set, Tensor points, Tensor outputs, InputDerivatives? derivatives, long derivativesFrom)
    {
        var values = new PointValues(0, points.flatten(1), outputs, derivatives, derivativesFrom, Shared(set));
        _values[set] = [() => values];
        _outputs[set] = outputs;
    }

    private SharedValues Shared(ObjectiveSet set) => new(set.Columns, _unknowns);

    private static Tensor Ones(Tensor batch) => Tensors.Ones([batch.shape[0]], batch.dtype);
}
