using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Statistics;
using static TorchSharp.torch;

namespace GradService.Domain.Runs.Torch;

/// <summary>A BatchNorm layer as a pass met it. The tensors belong to the pass's scope.</summary>
/// <param name="site">The layer and its mode.</param>
/// <param name="entering">The activation that it normalised, [N, C, …].</param>
/// <param name="used">The statistics that it normalised with, attached to the graph where its mode lets the gradient through.</param>
/// <param name="running">The running statistics after this pass.</param>
/// <param name="correction">What it made of the result; null: nothing.</param>
internal sealed class NormalizationTap(NormalizationSite site, Tensor entering, Moments used, RunningStatistics running, Correction? correction)
{
    public NormalizationSite Site { get; } = site;

    public Tensor Entering { get; } = entering;

    public Moments Used { get; } = used;

    public RunningStatistics Running { get; } = running;

    public Correction? Correction { get; } = correction;
}

/// <summary>
/// One run of a network over a batch under a normalisation plan: outputs, and a tap at every BatchNorm layer. Its tensors belong
/// to the dispose scope in which it was run.
/// </summary>
internal sealed class ForwardPass : IForward
{
    // Nanoseconds of one core, as estimated.
    private const double LongPiece = 250e6;

    private readonly PassContext _context;
    private readonly Func<NormalizationSite, Tensor, Moments?> _given;
    private readonly List<Tensor>? _branches;
    private readonly List<NormalizationTap> _taps = [];

    private ForwardPass(PassContext context, Tensor inputs, Func<NormalizationSite, Tensor, Moments?> given, bool besideFrozen = false)
    {
        _context = context;
        _given = given;
        _branches = context.WatchBranches ? [] : null;
        Inputs = inputs;

        // The alias gives the graph a root of its own where the network returns its input untouched.
        var outputs = Through(context.Network.Shape.Layers, besideFrozen ? cat([inputs.alias(), inputs.detach()], 0) : inputs.alias()).flatten(1);
        Outputs = besideFrozen ? outputs.narrow(0, 0, inputs.shape[0]) : outputs;
    }

    /// <summary>The inputs [N, D…]: the leaf that gradients are taken with respect to, or constants.</summary>
    public Tensor Inputs { get; }

    public Dtype Dtype => _context.Network.Dtype;

    /// <summary>The outputs with a sample's elements in one axis, [N, M].</summary>
    public Tensor Outputs { get; }

    /// <summary>The BatchNorm layers in forward order.</summary>
    public IReadOnlyList<NormalizationTap> Taps => _taps;

    /// <summary>Which branch each element took in each layer whose derivative jumps; empty unless watched.</summary>
    public IReadOnlyList<Tensor> Branches => _branches ?? [];

    /// <param name="network">The network.</param>
    /// <param name="inputs">The batch [N, D…] in the network's precision.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="masks">Dropout masks; null: dropout is the identity.</param>
    /// <param name="referenceInputs">The reference batch [R, D…], where the plan needs one.</param>
    /// <param name="cancellation">Ends the pass, and those made from it.</param>
    public static ForwardPass Run(
        Network network, Tensor inputs, NormalizationPlan plan, DropoutMasks? masks, Tensor? referenceInputs, CancellationToken cancellation = default)
    {
        var context = new PassContext(network, plan) { Masks = masks, Cancellation = cancellation };
        if (plan.NeedsReference)
        {
            // Dropout is the identity for the reference batch, and no gradient will ask for it.
            using var constants = no_grad();
            context = context with { Reference = OfReference(context, referenceInputs!) };
        }

        return Run(context, Leaf(inputs));
    }

    /// <param name="context">All but the inputs.</param>
    /// <param name="inputs">[N, D…]: a leaf, or constants where no gradient will be taken with respect to them.</param>
    /// <param name="given">Statistics for a layer and the activation that enters it; null: the layer's own.</param>
    public static ForwardPass Run(PassContext context, Tensor inputs, Func<NormalizationSite, Tensor, Moments?>? given = null) => new(context, inputs, given ?? ((_, _) => null));

    /// <summary>The pass of a reference batch, from which others take their statistics.</summary>
    public static ForwardPass OfReference(PassContext context, Tensor referenceInputs) => Run(context with { Masks = null, IsReference = true }, referenceInputs);

    /// <summary>A leaf with the values of a tensor.</summary>
    public static Tensor Leaf(Tensor inputs) => inputs.detach().requires_grad_();

    /// <summary>The statistics that this pass normalised with, as constants.</summary>
    public IReadOnlyDictionary<LayerNode, Moments> Constants() => _taps.ToDictionary(tap => tap.Site.Node, tap => tap.Used.Detached());

    /// <summary>What layers made of what they had normalised; null where none makes anything of it.</summary>
    public IReadOnlyDictionary<LayerNode, Correction>? Corrections => _context.Corrections ?? (_context.Plan.Corrects
        ? _taps.Where(tap => tap.Correction is not null).ToDictionary(tap => tap.Site.Node, tap => tap.Correction!)
        : null);

    /// <summary>
    /// The same over other inputs of the same shape as input gradients see it: coupled layers measure anew, all other statistics are those of
    /// this pass.
    /// </summary>
    public ForwardPass Rerun(Tensor inputs, bool watchBranches = false)
    {
        var constants = Constants();
        return Rerun(inputs, (site, _) => site.Coupled ? null : constants[site.Node], watchBranches);
    }

    /// <summary>The same over other inputs of the same shape with all statistics held constant: samples do not interact.</summary>
    public ForwardPass RerunDetached(Tensor inputs)
    {
        var constants = Constants();
        return Rerun(inputs, (site, _) => constants[site.Node]);
    }

    /// <summary>The same network, plan, masks and corrections over other inputs of the same shape.</summary>
    /// <param name="inputs">[N, D…].</param>
    /// <param name="given">Statistics for a layer and the activation that enters it; null: the layer's own.</param>
    /// <param name="watchBranches">Whether to keep which branch each element took.</param>
    public ForwardPass Rerun(Tensor inputs, Func<NormalizationSite, Tensor, Moments?> given, bool watchBranches = false) =>
        new(_context with { WatchBranches = watchBranches, Corrections = Corrections }, Leaf(inputs), given);

    /// <summary>The same over every n-th sample, all statistics being those of this pass: what is left out changes nothing for the rest.</summary>
    public ForwardPass RerunEveryNth(int n)
    {
        var constants = Constants();
        return new ForwardPass(_context with { Masks = _context.Masks?.EveryNth(n), Corrections = Corrections }, Leaf(Inputs.detach().EveryNth(n)), (site, _) => constants[site.Node]);
    }

    /// <summary>
    /// The same over this pass's inputs with a frozen copy of them behind, so that statistics can be made of both: activations are
    /// [2N, C, …], the outputs those of the first half.
    /// </summary>
    public ForwardPass RerunBesideFrozen(Func<NormalizationSite, Tensor, Moments> given) =>
        new(_context with { Masks = _context.Masks?.Twice(), Corrections = Corrections }, Leaf(Inputs), given, besideFrozen: true);

    Tensor? IForward.Parameter(LayerNode node, string name) => _context.Network.Has(node, name) ? _context.Network[node, name] : null;

    Tensor IForward.Through(IReadOnlyList<LayerNode> layers, Tensor x) => Through(layers, x);

    Tensor IForward.Drop(LayerNode node, Tensor h) => _context.Masks?.Apply(node, h) ?? h;

    void IForward.Branch(Func<Tensor> taken) => _branches?.Add(taken());

    Tensor IForward.Normalize(LayerNode node, Tensor h, Tensor? weight)
    {
        var site = _context.Plan[node];
        var before = Before(site);
        var (used, running, centred) = _given(site, h) is { } given ? (given, before, null) : Measure(site, h, before);
        var correction = _context.Corrections is { } known ? known.GetValueOrDefault(node) : site.Corrects ? CorrectionOf(site, used, before) : null;
        _taps.Add(new NormalizationTap(site, h, used, running, correction));
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
        foreach (var node in layers)
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            x = node.Layer.TreatsSamplesAlone && !KeepsGraph(node, x) ? InPieces(node, x) : node.Layer.Forward(node, x, this);
        }

        return x;
    }

    private bool KeepsGraph(LayerNode node, Tensor x) => is_grad_enabled()
        && (x.requires_grad || node.Parameters.Any(parameter =>
            _context.Network.Has(node, parameter.Name) && _context.Network[node, parameter.Name].requires_grad));

    /// <summary>
    /// A layer over a batch in as many pieces as it takes for none to be long, so that the pass can be ended between two of them. A batch
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

        var result = empty(node.Output.After(samples).Dimensions, x.dtype);
        var size = (long)Math.Ceiling(samples / pieces);
        for (var first = 0L; first < samples; first += size)
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            using var piece = NewDisposeScope();
            var count = Math.Min(size, samples - first);
            var watched = Branches.Count;
            result.narrow(0, first, count).copy_(node.Layer.Forward(node, x.narrow(0, first, count), this));
            foreach (var branch in Branches.Skip(watched))
            {
                // The pass keeps them when the piece is done.
                branch.MoveToOuterDisposeScope();
            }
        }

        return result;
    }

    /// <summary>What to normalise h with, the running statistics after it, and h − mean where it was computed on the way.</summary>
    private (Moments Used, RunningStatistics Running, Tensor? Centred) Measure(NormalizationSite site, Tensor h, RunningStatistics before)
    {
        var flows = _context.Flows(site);
        if (site.Mode.NeedsReference && !_context.IsReference)
        {
            var ofReference = _context.Reference!._taps.Single(tap => ReferenceEquals(tap.Site.Node, site.Node)).Used;
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

    private RunningStatistics Before(NormalizationSite site)
    {
        if (_context.Before?.GetValueOrDefault(site.Node) is { } before)
        {
            return before;
        }

        var network = _context.Network;
        if (site.Layer.TrackRunningStats)
        {
            return new RunningStatistics(new Moments(network[site.Node, "running_mean"], network[site.Node, "running_var"]), network[site.Node, "num_batches_tracked"].ToDoubles()[0]);
        }

        // The forum's module begins with 0 and 1; other modes do not look at them.
        var channels = new Shape(site.Node.Input[0]);
        var dtype = network.Dtype.ToScalarType();
        return new RunningStatistics(new Moments(zeros(channels.Dimensions, dtype), ones(channels.Dimensions, dtype)), 0);
    }
}
