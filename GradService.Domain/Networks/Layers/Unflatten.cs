using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers;

/// <summary>A sample in another shape, its elements in the same order: of a flat one as nn.Unflatten(1, shape), of others as a view of each sample.</summary>
public sealed record Unflatten : Layer
{
    /// <summary>The shape of a sample afterwards; it has as many elements as before.</summary>
    [MinLength(1), MaxLength(8)]
    public required IReadOnlyList<int> Shape { get; init; }

    internal override Linearity Linearity => Linearity.Affine;

    internal override long KeptCopies => 0;

    internal override LayerWork Work(LayerNode node, Dtype dtype) => LayerWork.None;

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference)
    {
        for (var axis = 0; axis < Shape.Count; axis++)
        {
            if (Shape[axis] < 1)
            {
                throw new FaultException(Fault.Invalid($"network.{path.Field}.shape[{axis}]", "an integer of at least 1", $"{Shape[axis]}"));
            }
        }

        var output = new Shape([.. Shape.Select(size => (long)size)]);
        if (output.Elements != input.Elements)
        {
            throw new FaultException(Fault.Invalid($"network.{path.Field}.shape",
                $"the {input.Elements} elements of the samples {input} that reach layer {path.Name} (unflatten)", $"{output}"));
        }

        return Node(path, input, output);
    }

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass) => x.reshape([x.shape[0], .. node.Output.Dimensions]);
}
