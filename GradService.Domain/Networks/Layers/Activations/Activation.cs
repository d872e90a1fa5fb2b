using System.Numerics;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>A function of each element alone.</summary>
public abstract record Activation : Layer
{
    /// <summary>The points at which the derivative jumps.</summary>
    private protected virtual IReadOnlyList<double> Kinks => [];

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference) => Node(path, input, input);

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass)
    {
        foreach (var kink in Kinks)
        {
            pass.Branch(() => x.Above(kink));
        }

        return Apply(x);
    }

    private protected abstract Tensor Apply(Tensor x);

    private protected static ElementwiseKernel<TFunction, T> Elementwise<TFunction, T>(LayerNode node, TFunction function)
        where TFunction : struct, IScalarFunction
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(function, (int)node.Output.Elements);
}
