using System.ComponentModel.DataAnnotations;
using System.Numerics;
using System.Runtime.InteropServices;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Networks.Parameters;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers;

/// <summary>x where positive, else weight · x, the weight being learned, as nn.PReLU.</summary>
public sealed record Prelu : Layer
{
    /// <summary>The weight's first value.</summary>
    public double Init { get; init; } = 0.25;

    /// <summary>1: one weight for all; or the number of channels, axis 0 of a sample: a weight for each.</summary>
    [Range(1, int.MaxValue)]
    public int Count { get; init; } = 1;

    internal override Linearity Linearity => Linearity.PiecewiseLinear;

    internal override long KeptCopies => 3;

    internal override LayerWork Work(LayerNode node, Dtype dtype) =>
        LayerWork.Elementwise(node.Output.Elements, dtype, 1.2, 1.7, 3) with { Again = 1.2 };

    internal override (double Forward, double Backward)? DenseWork(LayerNode node, Dtype dtype) =>
        (0.2 * node.Output.Elements * LayerWork.Width(dtype), 0.1 * node.Output.Elements * LayerWork.Width(dtype));

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference)
    {
        if (Count != 1 && Count != input[0])
        {
            throw new FaultException(
                Fault.Invalid($"network.{path.Field}.count", $"1, or the number of channels that reach layer {path.Name} (prelu), {input[0]}", $"{Count}"));
        }

        return Node(path, input, input, new ParameterSpec("weight", new Shape(Count), new Initializer.Constant(Init)));
    }

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass)
    {
        var weight = pass.Parameter(node, "weight")!;
        var positive = x.Above(0);
        pass.Branch(new BranchPoint(Type, 1, "at 0"), () => positive);
        return x.where(positive, x.Times(Count == 1 ? weight : BatchNorm.PerChannel(weight, node)));
    }

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) =>
        new Kernel<T>(parameter("weight")!.Buffer<T>(), (int)node.Output.Elements);

    private sealed class Kernel<T>(T[] weight, int units) : SlopeKernel<T>(units)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Forward(ReadOnlySpan<T> x, Span<T> y, Span<T> kept)
        {
            // One run of samples for all units, or one for each.
            var run = x.Length / weight.Length;
            for (var unit = 0; unit < weight.Length; unit++)
            {
                var from = MemoryMarshal.Cast<T, Vector<T>>(x.Slice(unit * run, run));
                var to = MemoryMarshal.Cast<T, Vector<T>>(y.Slice(unit * run, run));
                var slopes = MemoryMarshal.Cast<T, Vector<T>>(kept.Slice(unit * run, run));
                var bent = Vector.Create(weight[unit]);
                for (var i = 0; i < from.Length; i++)
                {
                    var slope = Vector.ConditionalSelect(Vector.GreaterThan(from[i], Vector<T>.Zero), Vector<T>.One, bent);
                    (to[i], slopes[i]) = (from[i] * slope, slope);
                }
            }
        }
    }
}
