using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers;

/// <summary>
/// f₀(x), f₁(x), … added, multiplied, or laid side by side. Sums and products broadcast as PyTorch's do, over axes of size 1.
/// Parameters of layer K of list J are named "I.branches.J.K.…", initialised and run list by list.
/// </summary>
public sealed record Branches : Layer
{
    /// <summary>The branches, each a list of layers, first layer to last; an empty list is the identity.</summary>
    [MinLength(1)]
    public required IReadOnlyList<IReadOnlyList<Layer>> Layers { get; init; }

    /// <summary>What becomes of their results.</summary>
    public required BranchCombination Combine { get; init; }

    /// <summary>With concat, the axis along which results are laid side by side, counted in the per-sample shape; negative from its end.</summary>
    public int Axis { get; init; }

    internal override Linearity Linearity => Combine == BranchCombination.Multiply && Layers.Count > 1 ? Linearity.Curved : Linearity.Affine;

    // A product is a factor of the next one.
    internal override long KeptCopies => Combine == BranchCombination.Multiply ? Math.Max(1, Layers.Count - 1) : 1;

    // The combination alone: the layers inside have prices of their own.
    internal override LayerWork Work(LayerNode node, Dtype dtype) => Combine == BranchCombination.Concat
        ? LayerWork.Elementwise(node.Output.Elements, dtype, 0.2, 0.2)
        : LayerWork.Elementwise((Layers.Count - 1) * node.Output.Elements, dtype, 0.2, Combine == BranchCombination.Add ? 0.2 : 0.4, Layers.Count);

    // Those inside it are handed pieces of their own.
    internal override bool TreatsSamplesAlone => false;

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference)
    {
        if (Combine != BranchCombination.Concat && Axis != 0)
        {
            throw new FaultException(Fault.Invalid($"network.{path.Field}.axis", "no axis, as only \"concat\" has one", $"{Axis}"));
        }

        var branches = Layers.Select((layers, branch) => inference.Chain(layers, input, path, "branches", branch)).ToList();
        var results = branches.Select(branch => branch.Count == 0 ? input : branch[^1].Output).ToList();
        var rank = results[0].Rank;
        if (Combine == BranchCombination.Concat && (Axis < -rank || Axis >= rank))
        {
            throw new FaultException(Fault.Invalid($"network.{path.Field}.axis",
                $"an axis of the results {results[0]} of layer {path.Name} (branches), {-rank} to {rank - 1}", $"{Axis}"));
        }

        var output = results[0];
        for (var branch = 1; branch < results.Count; branch++)
        {
            output = Combined(output, results[branch])
                ?? throw new FaultException(Fault.Invalid($"network.{path.Field}.layers[{branch}]", Combine == BranchCombination.Concat
                    ? $"results that differ along axis {Axis} alone from what is before them in layer {path.Name} (branches), {output}"
                    : $"results that fit to what is before them in layer {path.Name} (branches), {output}, or have size 1 where they do not",
                    $"{results[branch]}{(branches[branch].Count == 0 ? " from the identity" : "")}"));
        }

        return new LayerNode(this, path, input, output, [], branches);
    }

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass)
    {
        var results = node.Blocks.Select(branch => pass.Through(branch, x)).ToList();
        return Combine switch
        {
            BranchCombination.Add => results.Aggregate((sum, result) => sum.Plus(result)),
            BranchCombination.Multiply => results.Aggregate((product, result) => product.Times(result)),
            _ => cat(results, SampleAxis.InBatch(Axis)),
        };
    }

    /// <summary>The shape of two results combined; null where they do not fit.</summary>
    private Shape? Combined(Shape a, Shape b)
    {
        if (a.Rank != b.Rank)
        {
            return null;
        }

        var (sizes, along) = (a.Dimensions.ToArray(), SampleAxis.Of(Axis, a));
        for (var axis = 0; axis < sizes.Length; axis++)
        {
            if (Combine == BranchCombination.Concat && axis == along)
            {
                sizes[axis] = a[axis].SaturatingPlus(b[axis]);
            }
            else if (a[axis] != b[axis])
            {
                if (Combine == BranchCombination.Concat || (a[axis] != 1 && b[axis] != 1))
                {
                    return null;
                }

                sizes[axis] = Math.Max(a[axis], b[axis]);
            }
        }

        return new Shape(sizes);
    }
}

/// <summary>What becomes of the results of several branches.</summary>
public enum BranchCombination
{
    /// <summary>Their sum.</summary>
    Add,

    /// <summary>Their product, element by element.</summary>
    Multiply,

    /// <summary>All of them, side by side along an axis, as torch.cat.</summary>
    Concat,
}
