using GradService.Domain.Arrays;
using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers;

/// <summary>x − log Σ e^x along one axis, as nn.LogSoftmax.</summary>
public sealed record LogSoftmax : Layer
{
    /// <summary>The axis, counted in the per-sample shape; negative from its end.</summary>
    public int Dim { get; init; } = -1;

    internal override long KeptCopies => 4;

    internal override LayerWork Work(LayerNode node, Dtype dtype) =>
        LayerWork.Rows(node.Output.Elements / node.Output[SampleAxis.Of(Dim, node.Output)], node.Output.Elements, dtype, 0.9, 0.7, operations: 1);

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference)
    {
        SampleAxis.Check(this, Dim, path, input);
        return Node(path, input, input);
    }

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass) => x.LogSoftmax(SampleAxis.InBatch(Dim));
}
