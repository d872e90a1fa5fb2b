using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Parameters;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers;

/// <summary>x where positive, else weight · x, the weight being learned, as nn.PReLU.</summary>
public sealed record Prelu : Layer
{
    /// <summary>The weight's first value.</summary>
    public double Init { get; init; } = 0.25;

    internal override Linearity Linearity => Linearity.PiecewiseLinear;

    internal override long KeptCopies => 3;

    internal override LayerWork Work(LayerNode node, Dtype dtype) =>
        LayerWork.Elementwise(node.Output.Elements, dtype, 1.2, 1.7, 3) with { Again = 1.2 };

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference) =>
        Node(path, input, input, new ParameterSpec("weight", new Shape(1), new Initializer.Constant(Init)));

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass)
    {
        var positive = x.Above(0);
        pass.Branch(new BranchPoint(Type, 1, "at 0"), () => positive);
        return x.where(positive, x.Times(pass.Parameter(node, "weight")!));
    }
}
