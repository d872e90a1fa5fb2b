using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Statistics;
using static TorchSharp.torch;

namespace GradService.Domain.Runs.Torch;

/// <summary>Why a network's derivatives vanish on a batch, all statistics held constant, as far as single layers tell.</summary>
/// <param name="Cause">The cause.</param>
/// <param name="Layers">The layers concerned, in forward order.</param>
/// <param name="Slope">Of a layer that is saturated, the largest slope of its units.</param>
internal sealed record Flatness(FlatnessCause Cause, IReadOnlyList<LayerNode> Layers, double Slope = 0)
{
    /// <param name="start">What a run begins with.</param>
    /// <param name="inputs">[N, D…].</param>
    /// <param name="order">The order of the derivative.</param>
    /// <param name="given">Statistics for a layer and the activation that enters it; null: the layer's own.</param>
    public static Flatness Of(RunStart start, Tensor inputs, int order, Func<NormalizationSite, Tensor, Moments?>? given = null)
    {
        var entering = new Dictionary<LayerNode, Tensor>();
        TorchRun run;
        using (no_grad())
        {
            run = TorchRun.Of(start with { Watch = (node, x, _) => entering[node] = x }, inputs, given);
        }

        var (network, eps) = (start.Network, run.Dtype.Epsilon());
        return FirstOrder(run, network, entering, eps) ?? (order > 1 ? SecondOrder(run, network, entering, eps) : null)
            ?? new Flatness(FlatnessCause.Unknown, []);
    }

    /// <summary>A layer that lets nothing through: what enters a chain at the top goes through each of them.</summary>
    private static Flatness? FirstOrder(TorchRun run, Network network, Dictionary<LayerNode, Tensor> entering, double eps)
    {
        foreach (var node in network.Shape.Layers)
        {
            if (IsElementwise(node))
            {
                var slope = Largest(run, node, entering[node], order: 1);
                if (slope < eps)
                {
                    var dead = slope == 0 && node.Layer.Linearity == Linearity.PiecewiseLinear;
                    return new Flatness(dead ? FlatnessCause.Dead : FlatnessCause.Saturated, [node], slope);
                }
            }
            else if (node.Layer is not BatchNorm && node.Parameters.Any(parameter => parameter.Name == "weight")
                && node.Layer.Linearity == Linearity.Affine && network[node, "weight"].abs().max().ToDoubles()[0] == 0)
            {
                return new Flatness(FlatnessCause.ZeroWeights, [node]);
            }
        }

        return null;
    }

    /// <summary>Nothing is curved, or what is does not show it on this batch.</summary>
    private static Flatness? SecondOrder(TorchRun run, Network network, Dictionary<LayerNode, Tensor> entering, double eps)
    {
        var curved = network.Shape.All.Where(node => node.Layer.Linearity == Linearity.Curved).ToList();
        if (curved.Count == 0)
        {
            return new Flatness(FlatnessCause.PiecewiseLinear, [.. network.Shape.All.Where(node => node.Layer.Linearity == Linearity.PiecewiseLinear)]);
        }

        return curved.TrueForAll(node => IsElementwise(node) && Largest(run, node, entering[node], order: 2) < eps)
            ? new Flatness(FlatnessCause.Straight, curved)
            : null;
    }

    private static bool IsElementwise(LayerNode node) => node.Layer is Activation or Prelu;

    /// <summary>The largest derivative of a layer's function at what entered it.</summary>
    private static double Largest(TorchRun run, LayerNode node, Tensor entered, int order)
    {
        using var scope = NewDisposeScope();
        var x = TorchRun.Leaf(entered);
        var value = node.Layer.Forward(node, x, run);
        for (var k = 1; k <= order; k++)
        {
            value = Autograd.VectorJacobianProduct(value, Tensors.Ones(value.shape, value.dtype), x, differentiable: k < order);
        }

        return value.abs().max().ToDoubles()[0];
    }
}

/// <summary>Why derivatives vanish.</summary>
internal enum FlatnessCause
{
    /// <summary>No single layer shows it.</summary>
    Unknown,

    /// <summary>All units of a piecewise linear layer are off at all samples.</summary>
    Dead,

    /// <summary>All units of a curved layer have no slope to speak of at any sample.</summary>
    Saturated,

    /// <summary>All weights of an affine layer are zero.</summary>
    ZeroWeights,

    /// <summary>No layer is curved: second and higher derivatives are zero wherever they exist.</summary>
    PiecewiseLinear,

    /// <summary>All curved layers are in a straight part of their function at all samples.</summary>
    Straight,
}
