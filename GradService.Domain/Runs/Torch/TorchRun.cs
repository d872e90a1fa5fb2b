using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Statistics;
using TorchSharp;
using static TorchSharp.torch;

namespace GradService.Domain.Runs.Torch;

/// <summary>
/// One run by libtorch, which takes any network: outputs, and a trace of every BatchNorm layer. Its tensors belong to the dispose scope in
/// which it was run, or to its own, which ends on the thread that made it.
/// </summary>
internal sealed class TorchRun : Run, IForward
{
    // Nanoseconds of one core, as estimated.
    private const double LongPiece = 250e6;

    private readonly RunStart _start;
    private readonly Func<NormalizationSite, Tensor, Moments?> _given;
    private readonly List<Branch>? _branches;
    private readonly List<TorchTrace> _traces = [];
    private DisposeScope? _own;

    private TorchRun(RunStart start, Tensor inputs, Func<NormalizationSite, Tensor, Moments?> given, bool besideFrozen = false)
    {
        _start = start;
        _given = given;
        _branches = start.WatchBranches ? [] : null;
        Inputs = inputs;

        // The alias gives the graph a root of its own where the network returns its input untouched.
        var entering = besideFrozen ? cat([inputs.alias(), inputs.detach()], 0) : inputs.alias();
        var outputs = Through(start.Network.Shape.Layers, entering).flatten(1);
        Outputs = besideFrozen ? outputs.narrow(0, 0, inputs.shape[0]) : outputs;
    }

    public override string Engine => "tensor";

    public override NdArray OutputValues => field ??= Outputs.ToNdArray().Reshape(_start.Plan.Shape.Output.After(Inputs.shape[0]));

    public override IReadOnlyList<TorchTrace> Layers => _traces;

    /// <summary>The inputs [N, D…]: the leaf that gradients are taken with respect to, or constants.</summary>
    public Tensor Inputs { get; }

    /// <summary>The outputs with a sample's elements in one axis, [N, M].</summary>
    public Tensor Outputs { get; }

    public Dtype Dtype => _start.Network.Dtype;

    /// <summary>The BatchNorm layers that couple the samples, in forward order.</summary>
    public IReadOnlyList<TorchTrace> Coupled => [.. _traces.Where(trace => trace.Site.Coupled)];

    /// <summary>Which branch each element took in each layer with a derivative that jumps; empty unless watched.</summary>
    public IReadOnlyList<Branch> Branches => _branches ?? [];

    /// <summary>A run in a scope of its own.</summary>
    /// <param name="plan">What it does.</param>
    /// <param name="network">The network.</param>
    /// <param name="inputs">The batch [N, D…].</param>
    /// <param name="differentiable">Whether gradients will be taken; else only outputs and traces are there.</param>
    /// <param name="cancellation">Ends it, and those made from it.</param>
    /// <param name="rounding">Moves what layers give on; null: nothing is moved.</param>
    /// <param name="spares">Whether what its graph does not hold is given back: <see cref="RunStart.Spares"/>.</param>
    public static TorchRun Alone(RunPlan plan, Network network, NdArray inputs, bool differentiable, CancellationToken cancellation,
        RandomRounding? rounding = null, bool spares = false)
    {
        var own = NewDisposeScope();
        try
        {
            using var constants = differentiable ? null : no_grad();
            var run = Of(RunStart.Of(plan, network, cancellation, rounding) with { Spares = spares }, Leaf(inputs.ToTensor(network.Dtype)));
            run._own = own;
            return run;
        }
        catch
        {
            own.Dispose();
            throw;
        }
    }

    /// <summary>A run over every n-th sample by the statistics and corrections of another run: what is left out changes nothing for the rest.</summary>
    /// <param name="plan">What both do.</param>
    /// <param name="network">The network.</param>
    /// <param name="inputs">The whole batch [N, D…].</param>
    /// <param name="held">What the other run met.</param>
    /// <param name="every">n.</param>
    /// <param name="spares">Whether what its graph does not hold is given back: <see cref="RunStart.Spares"/>.</param>
    /// <param name="cancellation">Ends it.</param>
    public static TorchRun Held(RunPlan plan, Network network, NdArray inputs, HeldStatistics held, int every, bool spares, CancellationToken cancellation)
    {
        var used = held.Moments(network.Dtype);
        var masks = DropoutMasks.Of(plan, network.Dtype, cancellation)?.EveryNth(every);
        var start = new RunStart(plan, network) { Masks = masks, Corrections = held.Corrections, Spares = spares, Cancellation = cancellation };
        return Of(start, Leaf(inputs.EveryNth(every).ToTensor(network.Dtype)), (site, _) => used[site.Node]);
    }

    /// <summary>The statistics and corrections of this run, in managed memory.</summary>
    public HeldStatistics Statistics => HeldStatistics.Of(_traces, Corrections);

    /// <summary>A run of one batch, which gradients with respect to the inputs may be taken of.</summary>
    /// <inheritdoc cref="Alone"/>
    public static TorchRun Of(RunPlan plan, Network network, Tensor inputs, CancellationToken cancellation = default) =>
        Of(RunStart.Of(plan, network, cancellation), Leaf(inputs));

    /// <param name="start">All but the inputs.</param>
    /// <param name="inputs">[N, D…]: a leaf, or constants where no gradient will be taken with respect to them.</param>
    /// <param name="given">Statistics for a layer and the activation that enters it; null: the layer's own.</param>
    public static TorchRun Of(RunStart start, Tensor inputs, Func<NormalizationSite, Tensor, Moments?>? given = null) =>
        new(start, inputs, given ?? ((_, _) => null));

    /// <summary>A leaf with the values of a tensor.</summary>
    public static Tensor Leaf(Tensor inputs) => inputs.detach().requires_grad_();

    /// <summary>The statistics that this run normalised with, as they are in its graph.</summary>
    public IReadOnlyDictionary<LayerNode, Moments> Used() => _traces.ToDictionary(trace => trace.Site.Node, trace => trace.Moments);

    /// <summary>The same as constants.</summary>
    public IReadOnlyDictionary<LayerNode, Moments> Constants() => _traces.ToDictionary(trace => trace.Site.Node, trace => trace.Moments.Detached());

    /// <summary>What the run began with, its corrections being found.</summary>
    public RunStart Again => _start with { Corrections = Corrections };

    /// <summary>What layers made of what they had normalised; null where none makes anything of it.</summary>
    public IReadOnlyDictionary<LayerNode, Correction>? Corrections => _start.Corrections ?? (_start.Plan.Normalization.Corrects
        ? _traces.Where(trace => trace.Correction is not null).ToDictionary(trace => trace.Site.Node, trace => trace.Correction!)
        : null);

    /// <summary>
    /// The same over other inputs of the same shape as input gradients see it: coupled layers measure anew, all other statistics are those of
    /// this run.
    /// </summary>
    public TorchRun Rerun(Tensor inputs, bool watchBranches = false)
    {
        var constants = Constants();
        return Rerun(inputs, (site, _) => site.Coupled ? null : constants[site.Node], watchBranches);
    }

    /// <summary>The same network, plan, masks and corrections over other inputs of the same shape.</summary>
    /// <param name="inputs">[N, D…].</param>
    /// <param name="given">Statistics for a layer and the activation that enters it; null: the layer's own.</param>
    /// <param name="watchBranches">Whether to keep which branch each element took.</param>
    public TorchRun Rerun(Tensor inputs, Func<NormalizationSite, Tensor, Moments?> given, bool watchBranches = false) =>
        new(Again with { WatchBranches = watchBranches }, Leaf(inputs), given);

    /// <summary>
    /// The same over this run's inputs with a frozen copy of them behind, so that statistics can be made of both: activations are
    /// [2N, C, …], the outputs those of the first half.
    /// </summary>
    public TorchRun RerunBesideFrozen(Func<NormalizationSite, Tensor, Moments> given) =>
        new(Again with { Masks = _start.Masks?.Twice() }, Leaf(Inputs), given, besideFrozen: true);

    Tensor? IForward.Parameter(LayerNode node, string name) => _start.Network.Has(node, name) ? _start.Network[node, name] : null;

    Tensor IForward.Through(IReadOnlyList<LayerNode> layers, Tensor x) => Through(layers, x);

    Tensor IForward.Drop(LayerNode node, Tensor h) => _start.Masks?.Apply(node, h) ?? h;

    void IForward.Branch(BranchPoint point, Func<Tensor> taken) => _branches?.Add(new Branch(point, taken()));

    Tensor IForward.Normalize(LayerNode node, Tensor h, Tensor? weight)
    {
        var site = _start.Plan.Normalization[node];
        var before = Before(site);
        var (used, running, centred) = _given(site, h) is { } given ? (given, before, null) : Measure(site, h, before);
        var correction = _start.Corrections is { } known ? known.GetValueOrDefault(node) : site.Corrects ? CorrectionOf(site, used, before) : null;
        var trace = new TorchTrace(_start, site, h, used, running, correction);
        _traces.Add(trace);
        if (_start.Spares)
        {
            trace.Settle();
        }

        if (_start.Rounding is { } rounding)
        {
            (used, centred) = (new Moments(rounding.Move(used.Mean), rounding.Move(used.Variance)), null);
        }

        centred ??= used.Centre(node, h);
        if (correction is null)
        {
            return used.Scale(node, centred, weight, site.Layer.Eps);
        }

        var (scale, shift) = (PerChannel(correction.Scale), PerChannel(correction.Shift));
        var normalised = used.Scale(node, centred, weight?.Times(scale) ?? scale, site.Layer.Eps);
        return normalised.Plus(BatchNorm.PerChannel(weight?.Times(shift) ?? shift, node));
    }

    private Tensor Through(IReadOnlyList<LayerNode> layers, Tensor x)
    {
        var entering = x;
        foreach (var node in layers)
        {
            _start.Cancellation.ThrowIfCancellationRequested();
            var y = _start.Spares ? Sparing(node, x) : Pass(node, x);
            y = _start.Rounding?.Move(y) ?? y;
            _start.Watch?.Invoke(node, x, y);
            if (_start.Spares && !ReferenceEquals(x, entering) && !ReferenceEquals(x, y))
            {
                x.Dispose();
            }

            x = y;
        }

        return x;
    }

    private Tensor Pass(LayerNode node, Tensor x) =>
        node.Layer.TreatsSamplesAlone && !KeepsGraph(node, x) ? InPieces(node, x) : node.Layer.Forward(node, x, this);

    /// <summary>The same, what the layer makes on the way being given back.</summary>
    private Tensor Sparing(LayerNode node, Tensor x)
    {
        using var scope = NewDisposeScope();
        var y = Pass(node, x);
        return ReferenceEquals(x, y) ? y : y.MoveToOuterDisposeScope();
    }

    private bool KeepsGraph(LayerNode node, Tensor x) => is_grad_enabled()
        && (x.requires_grad || node.Parameters.Any(parameter =>
            _start.Network.Has(node, parameter.Name) && _start.Network[node, parameter.Name].requires_grad));

    /// <summary>
    /// A layer over a batch in as many pieces as it takes for none to be long, so that the run can be ended between two of them. A batch
    /// that takes one is handed over as it is.
    /// </summary>
    private Tensor InPieces(LayerNode node, Tensor x)
    {
        var samples = x.shape[0];
        var pieces = Math.Min(samples, Math.Ceiling(NetworkWork.Forward(node.Layer.Work(node, Dtype), samples) / LongPiece));
        if (pieces <= 1)
        {
            return node.Layer.Forward(node, x, this);
        }

        var result = Tensors.Empty(node.Output.After(samples).Dimensions, x.dtype);
        var size = (long)Math.Ceiling(samples / pieces);
        for (var first = 0L; first < samples; first += size)
        {
            _start.Cancellation.ThrowIfCancellationRequested();
            using var piece = NewDisposeScope();
            var count = Math.Min(size, samples - first);
            var watched = Branches.Count;
            result.narrow(0, first, count).copy_(node.Layer.Forward(node, x.narrow(0, first, count), this));
            foreach (var branch in Branches.Skip(watched))
            {
                // The run keeps them when the piece is done.
                branch.Taken.MoveToOuterDisposeScope();
            }
        }

        return result;
    }

    /// <summary>What to normalise h with, the running statistics after it, and h − mean where it was computed on the way.</summary>
    private (Moments Used, RunningStatistics Running, Tensor? Centred) Measure(NormalizationSite site, Tensor h, RunningStatistics before)
    {
        var flows = _start.Plan.Flows(site);
        if (site.Mode.NeedsReference && !_start.IsReference)
        {
            var ofReference = _start.Reference!._traces.Single(trace => ReferenceEquals(trace.Site.Node, site.Node)).Moments;
            return (flows ? ofReference : ofReference.Detached(), before, null);
        }

        if (!site.Measures)
        {
            return (before.Moments, before, null);
        }

        var (measured, centred) = Moments.Of(site.Node, h, flows);
        var after = before;
        if (site.Mode.BatchWeight(before.BatchesTracked, site.Layer.Momentum) is { } weight)
        {
            after = before.TakeIn((site.Mode.UsesUpdated ? measured : measured.Detached()).Unbiased(h.shape[0] * site.Positions), weight);
        }

        var used = site.Mode.Use(measured, before.Moments, after.Moments);
        return (used, after, used == measured ? centred : null);
    }

    /// <summary>By the numbers alone: no gradient flows through it.</summary>
    private static Correction CorrectionOf(NormalizationSite site, Moments used, RunningStatistics before) =>
        Correction.Of(site, (used.Mean.ToDoubles(), used.Variance.ToDoubles()), (before.Moments.Mean.ToDoubles(), before.Moments.Variance.ToDoubles()));

    private Tensor PerChannel(double[] values) => new NdArray(new Shape(values.Length), values).ToTensor(Dtype);

    private RunningStatistics Before(NormalizationSite site) => _start.Before?.GetValueOrDefault(site.Node) ?? RunningStatistics.Of(_start.Network, site);

    public override void Dispose()
    {
        _own?.Dispose();
        _own = null;
    }
}

/// <summary>Which branch each element took where a derivative jumps. The tensor belongs to the run's scope.</summary>
/// <param name="point">Where that is.</param>
/// <param name="taken">As many elements as the layer has.</param>
internal sealed class Branch(BranchPoint point, Tensor taken)
{
    public BranchPoint Point { get; } = point;

    public Tensor Taken { get; } = taken;

    /// <summary>The points that lie between two runs.</summary>
    public static IEnumerable<BranchPoint> Between(IEnumerable<Branch> one, IEnumerable<Branch> other) =>
        one.Zip(other).Where(pair => pair.First.Taken.ne(pair.Second.Taken).any().item<bool>()).Select(pair => pair.First.Point).Distinct();
}
