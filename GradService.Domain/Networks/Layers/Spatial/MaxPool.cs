using GradService.Domain.Native;
using GradService.Domain.Arrays;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>The largest value under each window. Which one it is jumps: there the derivative does too.</summary>
public abstract record MaxPool : Pooling
{
    internal override Linearity Linearity => Linearity.PiecewiseLinear;

    // The indices are 64 bits wide.
    internal override long KeptCopies => 3;

    internal override LayerWork Work(LayerNode node, Dtype dtype) =>
        LayerWork.Single(node.Output.Elements * (18 + Window), (2.0 * node.Output.Elements) + (0.3 * node.Input.Elements));

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass)
    {
        var (kernel, stride, padding) = Geometry(node.Path);
        var (output, indices) = x.MaxPool(kernel, stride, padding);
        pass.Branch(new BranchPoint(Type, 1, "where two elements are the largest"), () => indices);
        return output;
    }
}
