using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Statistics;
using static TorchSharp.torch;

namespace GradService.Domain.Runs.Torch;

/// <summary>
/// Finds where numbers of a run stopped being finite, by running it again with the statistics that it had: samples do not interact then, and
/// a few at a time will do.
/// </summary>
internal sealed class NonFiniteSearch
{
    // Elements that a piece of the batch may keep.
    private const long PieceElements = 1 << 20;

    private readonly RunStart _start;
    private readonly Tensor _inputs;
    private readonly Dictionary<LayerNode, LayerTrace> _traces;
    private readonly IReadOnlyDictionary<LayerNode, Moments> _held;

    /// <param name="start">What the run began with.</param>
    /// <param name="inputs">[N, D…].</param>
    /// <param name="traces">The BatchNorm layers as it met them.</param>
    public NonFiniteSearch(RunStart start, Tensor inputs, IReadOnlyList<LayerTrace> traces)
    {
        (_start, _inputs) = (start, inputs.detach());
        _traces = traces.ToDictionary(trace => trace.Site.Node);
        _held = HeldStatistics.Of(traces, start.Corrections).Moments(start.Network.Dtype);
    }

    /// <summary>The parameters and buffers that are not finite, in the order of the state_dict.</summary>
    public static IReadOnlyList<NonFiniteParameter> Parameters(Network network)
    {
        using var scope = NewDisposeScope();
        return [.. network.Shape.Parameters.Select(parameter => (parameter.Name, Values: network[parameter.Name].ToNdArray()))
            .Where(parameter => parameter.Values.FirstNonFinite() >= 0)
            .Select(parameter => new NonFiniteParameter(parameter.Name, parameter.Values.CountNonFinite(), parameter.Values.Count,
                parameter.Values[parameter.Values.FirstNonFinite()]))];
    }

    /// <summary>The first layer that makes something which is not finite of what is; null where the way forward is finite, or is not from the start.</summary>
    public NonFiniteLayer? Forward()
    {
        using var scope = NewDisposeScope();
        using var constants = no_grad();
        var (samples, piece) = (_inputs.shape[0], Math.Clamp(PieceElements / Math.Max(1, _start.Plan.Shape.KeptElements), 1, _inputs.shape[0]));
        var (first, found) = (int.MaxValue, (NonFiniteLayer?)null);
        var largest = new Dictionary<LayerNode, double>();
        for (var from = 0L; from < samples; from += piece)
        {
            using var own = NewDisposeScope();
            var place = 0;
            Run(from, Math.Min(piece, samples - from), (node, entering, leaving) =>
            {
                var broken = _traces.TryGetValue(node, out var trace) ? NonFiniteChannel.Of(trace) : null;
                if (broken is not null)
                {
                    var values = entering.select(1, broken.Channel).ToNdArray().MaxAbsolute();
                    largest[node] = Math.Max(largest.GetValueOrDefault(node), values);
                }

                if (place++ < first && Look(node, entering, leaving, from, broken) is { } layer)
                {
                    (first, found) = (place - 1, layer);
                }
            });
        }

        return found?.Channel is null ? found : found with { Largest = largest[found.Node] };
    }

    /// <summary>
    /// The last top-level layer, the first on the way back, that makes a gradient which is not finite of one that is: of the sum of a sample's
    /// outputs, statistics held; null where none does.
    /// </summary>
    public LayerNode? Backward(long sample)
    {
        using var scope = NewDisposeScope();
        var passed = new List<(LayerNode Node, Tensor Entering)>();
        TorchRun run;
        Tensor gradient;
        using (no_grad())
        {
            run = Run(sample, 1, (node, entering, _) => passed.Add((node, entering)));
            gradient = Tensors.Ones([1, .. _start.Plan.Shape.Output.Dimensions], _inputs.dtype);
        }

        foreach (var (node, entering) in passed.Where(layer => layer.Node.Path.Parent is null).Reverse())
        {
            var leaf = TorchRun.Leaf(entering);
            gradient = Autograd.VectorJacobianProduct(node.Layer.Forward(node, leaf, run), gradient, leaf);
            if (gradient.ToNdArray().FirstNonFinite() >= 0)
            {
                return node;
            }
        }

        return null;
    }

    private static NonFiniteLayer? Look(LayerNode node, Tensor entering, Tensor leaving, long from, NonFiniteChannel? broken)
    {
        var (before, after) = (entering.ToNdArray(), leaving.ToNdArray());
        var place = after.FirstNonFinite();
        if (before.FirstNonFinite() >= 0 || (place < 0 && broken is null))
        {
            return null;
        }

        var sample = place < 0 ? 0 : place / (after.Count / after.Shape[0]);
        return new NonFiniteLayer(node, from + sample, before.Rows(sample, 1).MaxAbsolute(), place < 0 ? null : after[place])
        {
            Channel = broken,
        };
    }

    private TorchRun Run(long from, long count, Action<LayerNode, Tensor, Tensor> watch) => TorchRun.Of(
        _start with { Masks = _start.Masks?.Rows(from, count), Watch = watch }, _inputs.narrow(0, from, count), (site, _) => _held[site.Node]);
}
