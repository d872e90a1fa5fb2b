using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers;

/// <summary>a / (1 + e⁻ᵇ), a and b the first and the second half of one axis, as nn.GLU (Dauphin et al., 2017).</summary>
public sealed record Glu : Layer
{
    /// <summary>The axis, of even size, counted in the per-sample shape; negative from its end.</summary>
    public int Dim { get; init; } = -1;

    internal override long KeptCopies => 7;

    internal override LayerWork Work(LayerNode node, Dtype dtype) => LayerWork.Elementwise(node.Output.Elements, dtype, 1.7, 2.2, 4);

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference)
    {
        SampleAxis.Check(this, Dim, path, input);
        long[] sizes = [.. input.Dimensions];
        ref var size = ref sizes[SampleAxis.Of(Dim, input)];
        if (size % 2 != 0)
        {
            throw new FaultException(Fault.Invalid($"network.{path.Field}.dim",
                $"an axis of even size of the samples {input} that reach layer {path.Name} (glu)", $"{Dim}, whose size is {size}"));
        }

        size /= 2;
        return Node(path, input, new Shape(sizes));
    }

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass)
    {
        var axis = SampleAxis.Of(Dim, node.Input);
        var half = node.Output[axis];
        return x.narrow(axis + 1, 0, half).Times(x.narrow(axis + 1, half, half).Sigmoid());
    }
}
