using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers;

/// <summary>The axes of a sample in another order, as x.permute(0, …) of a batch.</summary>
public sealed record Permute : Layer
{
    /// <summary>Which axis of the sample stands at each place, counted from 0 in the per-sample shape: [1, 2, 0] makes [C, H, W] to [H, W, C].</summary>
    [MinLength(1), MaxLength(8)]
    public required IReadOnlyList<int> Dims { get; init; }

    internal override Linearity Linearity => Linearity.Affine;

    internal override LayerWork Work(LayerNode node, Dtype dtype) => LayerWork.Elementwise(node.Output.Elements, dtype, 0.6, 0.6);

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference)
    {
        if (!Dims.Order().SequenceEqual(Enumerable.Range(0, input.Rank)))
        {
            throw new FaultException(Fault.Invalid($"network.{path.Field}.dims",
                $"the axes 0 to {input.Rank - 1} of the samples {input} that reach layer {path.Name} (permute), each once", $"[{string.Join(", ", Dims)}]"));
        }

        return Node(path, input, new Shape([.. Dims.Select(axis => input[axis])]));
    }

    // In memory in the new order too: layers that come after may take the result by its memory.
    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass) => x.permute([0, .. Dims.Select(axis => axis + 1L)]).contiguous();
}
