using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers;

/// <summary>e^x / Σ e^x along one axis, as nn.Softmax.</summary>
public sealed record Softmax : Layer
{
    /// <summary>The axis, counted in the per-sample shape; negative from its end.</summary>
    public int Dim { get; init; } = -1;

    internal override LayerWork Work(LayerNode node, Dtype dtype) =>
        LayerWork.Rows(node.Output.Elements / node.Output[Dim < 0 ? Dim + node.Output.Rank : Dim], node.Output.Elements, dtype, 1, 0.45, operations: 1);

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference)
    {
        if (Dim < -input.Rank || Dim >= input.Rank)
        {
            throw new FaultException(Fault.Invalid($"network.{path.Field}.dim",
                $"an axis of the samples {input} that reach layer {path.Name} (softmax), {-input.Rank} to {input.Rank - 1}", $"{Dim}"));
        }

        return Node(path, input, input);
    }

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass) => x.Softmax(Dim < 0 ? Dim : Dim + 1);
}
