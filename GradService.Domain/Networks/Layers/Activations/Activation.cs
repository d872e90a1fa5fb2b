using System.Globalization;
using System.Numerics;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>A function of each element alone.</summary>
public abstract record Activation : Layer
{
    /// <summary>The points at which a derivative jumps, and the lowest order of one that does.</summary>
    private protected virtual IReadOnlyList<(double At, int Order)> Kinks => [];

    /// <summary>Nanoseconds of an element in single precision, both ways, and how many operations they are made of.</summary>
    private protected abstract (double Forward, double Backward, int Operations) ElementWork { get; }

    internal override LayerWork Work(LayerNode node, Dtype dtype)
    {
        var (forward, backward, operations) = ElementWork;
        var work = operations == 0 ? LayerWork.None : LayerWork.Elementwise(node.Output.Elements, dtype, forward, backward, operations);
        // A slope that is constant but for kinks is not differentiated again.
        return Linearity == Linearity.PiecewiseLinear ? work with { Again = 1.2 } : work;
    }

    // In double precision whatever the network's, value and slope together; the way back is one product.
    internal override (double Forward, double Backward)? DenseWork(LayerNode node, Dtype dtype) =>
        (1.5 * node.Output.Elements, 0.1 * node.Output.Elements * LayerWork.Width(dtype));

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference) => Node(path, input, input);

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass)
    {
        foreach (var kink in Kinks)
        {
            var point = new BranchPoint(Type, kink.Order, string.Create(CultureInfo.InvariantCulture, $"at {kink.At:G4}"));
            pass.Branch(point, () => x.Above(kink.At));
        }

        return Apply(x);
    }

    private protected abstract Tensor Apply(Tensor x);

    /// <summary>A field as tensors of that precision have it.</summary>
    private protected static double Rounded<T>(double number)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => double.CreateTruncating(T.CreateTruncating(number));

    private protected static ElementwiseKernel<TFunction, T> Elementwise<TFunction, T>(LayerNode node, TFunction function)
        where TFunction : struct, IScalarFunction
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => new(function, (int)node.Output.Elements);
}
