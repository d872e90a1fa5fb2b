using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Separation;
using GradService.Domain.Statistics;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>
/// The point sets that share their statistics, run through the network so that every derivative that their terms need can be taken. The
/// statistics come from a pass over constant inputs; where gradients flow through them, to the parameters alone, they stay in its graph.
/// Its tensors belong to the scope in which it was run.
/// </summary>
internal sealed class BatchPass
{
    private readonly PassContext _context;
    private readonly List<ForwardPass> _passes = [];
    private readonly Dictionary<ObjectiveSet, IEnumerable<Func<PointValues>>> _values = [];
    private readonly HashSet<ObjectiveSet> _pointByPoint = [];

    private readonly Dictionary<ObjectiveSet, Tensor> _outputs = [];

    private BatchPass(IReadOnlyList<ObjectiveSet> sets, PassContext context, Tensor inputs) => (Sets, _context, Inputs) = (sets, context, inputs);

    public IReadOnlyList<ObjectiveSet> Sets { get; }

    /// <summary>What the batch was run with, corrections included.</summary>
    public PassContext Context => _context with { Corrections = Corrections };

    /// <summary>What layers made of what they had normalised; null where none makes anything of it.</summary>
    public IReadOnlyDictionary<LayerNode, Correction>? Corrections => _passes[0].Corrections;

    /// <summary>The points of all sets [N, D…], constants.</summary>
    public Tensor Inputs { get; }

    /// <summary>How many points it has.</summary>
    public long Count => Sets.Sum(set => set.Count);

    /// <summary>The outputs [N, M].</summary>
    public Tensor Outputs => Sets.Count == 1 ? _outputs[Sets[0]] : cat([.. Sets.Select(set => _outputs[set])], 0);

    /// <summary>The BatchNorm layers as the whole batch met them.</summary>
    public IReadOnlyList<NormalizationTap> Taps => _passes[0].Taps;

    /// <summary>All passes that were run.</summary>
    public IReadOnlyList<ForwardPass> Passes => _passes;

    /// <summary>The running statistics after the batch, for the next.</summary>
    public IReadOnlyDictionary<LayerNode, RunningStatistics> Running => Taps.Where(tap => tap.Site.Layer.TrackRunningStats).ToDictionary(tap => tap.Site.Node, tap => tap.Running);

    /// <summary>
    /// What formulas read on a set: all points at once, or each by itself where samples interact and each wants its own derivatives. Made
    /// on demand, in the scope in which their graphs may live.
    /// </summary>
    public IEnumerable<Func<PointValues>> ValuesOn(ObjectiveSet set) => _values[set];

    /// <summary>Whether each point of the set stands by itself.</summary>
    public bool IsPointByPoint(ObjectiveSet set) => _pointByPoint.Contains(set);

    /// <param name="setting">What is evaluated.</param>
    /// <param name="sets">The sets of the batch.</param>
    /// <param name="context">The network with its leaves, masks of the batch, the running statistics before it.</param>
    /// <param name="frozen">Statistics that are held whatever the parameters are; null: none.</param>
    /// <param name="live">Whether parameter gradients will be taken.</param>
    public static BatchPass Run(ObjectiveSetting setting, IReadOnlyList<ObjectiveSet> sets, PassContext context, IReadOnlyDictionary<LayerNode, Moments>? frozen, bool live)
    {
        var inputs = sets.Select(set => set.Inputs.ToTensor(context.Network.Dtype)).ToList();
        var all = inputs.Count == 1 ? inputs[0] : cat([.. inputs], 0);
        var batch = new BatchPass(sets, context, all);
        switch (setting.WayOf(sets))
        {
            case DerivativeWay.None:
                var outputs = batch.Add(ForwardPass.Run(context, all, Held)).Outputs;
                batch.Share(inputs, outputs, derivatives: null);
                break;
            case DerivativeWay.Apart:
                batch.RunApart(context, all, inputs, Held, live);
                break;
            case DerivativeWay.Sum:
                var sum = batch.RunCoupled(context, all, Held);
                batch.Share(inputs, sum.Outputs, batch.Differentiate(sum, setting.DerivativesOf(sets), Ones(all), live));
                break;
            case DerivativeWay.LeaveOneOut:
                var own = WithOwnStatistics(batch.Add(ForwardPass.Run(context, all, Held)));
                batch._passes.Add(own);
                batch.Share(inputs, own.Outputs, batch.Differentiate(own, setting.DerivativesOf(sets), Ones(all), live));
                break;
            default:
                batch.ShareRows(inputs, batch.RunCoupled(context, all, Held), live);
                break;
        }

        return batch;

        Moments? Held(NormalizationSite site, Tensor h) => frozen?.GetValueOrDefault(site.Node);
    }

    private InputDerivatives Differentiate(ForwardPass pass, DerivativePlan plan, Tensor weights, bool live) =>
        new(pass.Outputs, pass.Inputs, plan, weights, live, _context.Cancellation);

    private ForwardPass Add(ForwardPass pass)
    {
        _passes.Add(pass);
        return pass;
    }

    /// <summary>Samples do not interact: only sets with derivatives are run over a leaf, each by itself.</summary>
    private void RunApart(PassContext context, Tensor all, List<Tensor> inputs, Func<NormalizationSite, Tensor, Moments?> held, bool live)
    {
        var whole = context.Plan.Sites.Any(site => site.MeasuresBatch) ? Add(ForwardPass.Run(context, all, held)) : null;
        var used = whole?.Taps.ToDictionary(tap => tap.Site.Node, tap => tap.Used);
        context = context with { Corrections = whole?.Corrections };
        var from = 0L;
        foreach (var (set, points) in Sets.Zip(inputs))
        {
            var plan = set.Derivatives;
            if (plan.Sweeps == 0 && whole is not null)
            {
                AddValues(set, points, whole.Outputs.narrow(0, from, set.Count), derivatives: null, 0);
            }
            else
            {
                var own = context with { Masks = context.Masks?.Rows(from, set.Count) };
                var pass = Add(ForwardPass.Run(own, plan.Sweeps == 0 ? points : ForwardPass.Leaf(points), used is null ? held : (site, _) => used[site.Node]));
                AddValues(set, points, pass.Outputs, plan.Sweeps == 0 ? null : Differentiate(pass, plan, Ones(points), live), 0);
            }

            from += set.Count;
        }
    }

    /// <summary>Samples interact through their leaves; layers that do not couple take statistics of a pass over constants.</summary>
    private ForwardPass RunCoupled(PassContext context, Tensor all, Func<NormalizationSite, Tensor, Moments?> held)
    {
        var mixed = context.Plan.Sites.Any(site => !site.Coupled && site.MeasuresBatch);
        var whole = mixed ? Add(ForwardPass.Run(context, all, held)) : null;
        var used = whole?.Taps.ToDictionary(tap => tap.Site.Node, tap => tap.Used);
        context = whole is null ? context : context with { Corrections = whole.Corrections };
        return Add(ForwardPass.Run(context, ForwardPass.Leaf(all), (site, h) => held(site, h) ?? (used is not null && !site.Coupled && site.MeasuresBatch ? used[site.Node] : null)));
    }

    /// <summary>
    /// Each sample meets statistics that are functions of itself alone with respect to the inputs, the other samples' sums being those of a
    /// frozen copy; with respect to the parameters both are live.
    /// </summary>
    private static ForwardPass WithOwnStatistics(ForwardPass whole)
    {
        var samples = whole.Inputs.shape[0];
        var used = whole.Taps.ToDictionary(tap => tap.Site.Node, tap => tap.Used);
        return whole.RerunBesideFrozen((site, h) => site.Coupled ? Meet(site.Node, h) : used[site.Node]);

        Moments Meet(LayerNode node, Tensor h)
        {
            var mean = used[node].Mean.detach();
            var own = LeaveOneOut.Sums(node, h.narrow(0, 0, samples), mean);
            var frozen = LeaveOneOut.Sums(node, h.narrow(0, samples, samples), mean);
            var met = LeaveOneOut.FromSums(frozen.SumOver([0], keepAxes: true).Minus(frozen).Plus(own), mean, h.numel() / node.Input[0] / 2);
            return new Moments(cat([met.Mean, met.Mean], 0), cat([met.Variance, met.Variance], 0));
        }
    }

    /// <summary>One graph serves all sets.</summary>
    private void Share(List<Tensor> inputs, Tensor outputs, InputDerivatives? derivatives)
    {
        var from = 0L;
        foreach (var (set, points) in Sets.Zip(inputs))
        {
            AddValues(set, points, outputs.narrow(0, from, set.Count), derivatives, from);
            from += set.Count;
        }
    }

    /// <summary>One graph serves all sets, and each point with derivatives differentiates its own outputs.</summary>
    private void ShareRows(List<Tensor> inputs, ForwardPass pass, bool live)
    {
        var from = 0L;
        foreach (var (set, points) in Sets.Zip(inputs))
        {
            var first = from;
            if (set.Derivatives.Sweeps == 0)
            {
                AddValues(set, points, pass.Outputs.narrow(0, first, set.Count), derivatives: null, 0);
            }
            else
            {
                _pointByPoint.Add(set);
                _outputs[set] = pass.Outputs.narrow(0, first, set.Count);
                _values[set] = Enumerable.Range(0, (int)set.Count).Select(i => (Func<PointValues>)(() => Row(set, points, first, i)));
            }

            from += set.Count;
        }

        PointValues Row(ObjectiveSet set, Tensor points, long first, long i)
        {
            var unit = zeros([pass.Inputs.shape[0]], pass.Outputs.dtype);
            unit.narrow(0, first + i, 1).copy_(ones([1], unit.dtype));
            return new PointValues(i, points.narrow(0, i, 1).flatten(1), pass.Outputs.narrow(0, first + i, 1),
                Differentiate(pass, set.Derivatives, unit, live), first + i);
        }
    }

    private void AddValues(ObjectiveSet set, Tensor points, Tensor outputs, InputDerivatives? derivatives, long derivativesFrom)
    {
        var values = new PointValues(0, points.flatten(1), outputs, derivatives, derivativesFrom);
        _values[set] = [() => values];
        _outputs[set] = outputs;
    }

    private static Tensor Ones(Tensor batch) => ones([batch.shape[0]], batch.dtype);
}
