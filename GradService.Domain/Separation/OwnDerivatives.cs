using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Runs.Torch;
using static TorchSharp.torch;

namespace GradService.Domain.Separation;

/// <summary>
/// Derivatives of y_i with respect to x_i of second and higher order, by differentiating gradients again. Where samples do not
/// interact one chain of sweeps per output element serves all of them; where they do, one per output element of each sample.
/// </summary>
internal sealed class OwnDerivatives
{
    private readonly TorchRun _run;
    private readonly long[] _outputs;
    private readonly bool _interacting;
    private readonly CancellationToken _cancellation;

    /// <param name="run">The run.</param>
    /// <param name="outputs">The output elements that are differentiated.</param>
    /// <param name="interacting">Whether an output may depend on other samples' inputs.</param>
    /// <param name="cancellation">Ends the work between two sweeps.</param>
    public OwnDerivatives(TorchRun run, long[] outputs, bool interacting, CancellationToken cancellation)
    {
        _run = run;
        _outputs = outputs;
        _interacting = interacting;
        _cancellation = cancellation;
    }

    private long Samples => _run.Inputs.shape[0];

    private long Elements => _run.Inputs.numel() / Samples;

    /// <summary>The precision of the run.</summary>
    public Dtype Dtype => _run.Dtype;

    /// <summary>∂²y_i/∂x_i², [N, M, D, D]: 1 + D sweeps a chain.</summary>
    public NdArray Hessian()
    {
        var result = NdArray.Allocate(new Shape(Samples, _outputs.Length, Elements, Elements), Dtype);
        ForEachChain((chain, gradient) =>
        {
            for (var d = 0L; d < Elements; d++)
            {
                using var sweep = NewDisposeScope();
                chain.Store(Again(gradient, chain.Along(d)), result, (int)(d * Elements), (int)(Elements * Elements));
            }
        });
        return result;
    }

    /// <summary>The trace of the Hessian, [N, M]: 1 + D sweeps a chain, none of which is kept.</summary>
    public NdArray Laplacian()
    {
        var result = NdArray.Allocate(new Shape(Samples, _outputs.Length), Dtype);
        ForEachChain((chain, gradient) =>
        {
            var trace = Tensors.Zeros([Samples, 1], gradient.dtype);
            for (var d = 0L; d < Elements; d++)
            {
                using var sweep = NewDisposeScope();
                trace.add_(Again(gradient, chain.Along(d)).narrow(1, d, 1), TensorOperations.One);
            }

            chain.Store(trace, result, 0, 1);
        });
        return result;
    }

    /// <summary>dᵏ/dtᵏ y_i(x_i + t·direction_i) for k = 1 to order, [N, M, order]: order sweeps a chain.</summary>
    /// <param name="direction">[N, D].</param>
    /// <param name="order">The highest order.</param>
    public NdArray Along(Tensor direction, int order)
    {
        var result = NdArray.Allocate(new Shape(Samples, _outputs.Length, order), Dtype);
        ForEachChain(
            (chain, gradient) =>
            {
                for (var k = 0; ; k++)
                {
                    var slope = gradient.Times(direction).SumOver([1], keepAxes: true);
                    chain.Store(slope, result, k, order);
                    if (k + 1 == order)
                    {
                        break;
                    }

                    _cancellation.ThrowIfCancellationRequested();
                    gradient = Autograd.VectorJacobianProduct(slope, chain.Mask, _run.Inputs, differentiable: k + 2 < order).flatten(1);
                }
            },
            differentiable: order > 1);
        return result;
    }

    /// <summary>The own derivative of the given order of one output element of one sample along a direction [1, D] in its inputs.</summary>
    public static double OfOne(TorchRun run, long sample, long output, Tensor direction, int order, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var one = Tensors.Ones([1, 1], direction.dtype);
        var cotangent = run.Outputs.ZerosLike();
        cotangent.narrow(0, sample, 1).narrow(1, output, 1).copy_(one);
        var (root, weights) = (run.Outputs, cotangent);
        for (var k = 1; k <= order; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            var gradient = Autograd.VectorJacobianProduct(root, weights, run.Inputs, differentiable: k < order).flatten(1).narrow(0, sample, 1);
            (root, weights) = (gradient.Times(direction).SumOver([1], keepAxes: true), one);
        }

        return root.ToDoubles()[0];
    }

    /// <summary>The gradient once more, [N, D].</summary>
    private Tensor Again(Tensor gradient, Tensor along)
    {
        // A chain has as many of these as a sample has elements.
        _cancellation.ThrowIfCancellationRequested();
        return Autograd.VectorJacobianProduct(gradient, along, _run.Inputs).flatten(1);
    }

    /// <summary>Calls back with each chain and the gradient [N, D] that it begins with.</summary>
    private void ForEachChain(Action<Chain, Tensor> work, bool differentiable = true)
    {
        for (var m = 0; m < _outputs.Length; m++)
        {
            for (var sample = 0L; sample < (_interacting ? Samples : 1); sample++)
            {
                _cancellation.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var chain = new Chain(this, m, _interacting ? sample : null);
                var cotangent = _run.Outputs.ZerosLike();
                cotangent.narrow(1, _outputs[m], 1).copy_(chain.Mask);
                work(chain, Autograd.VectorJacobianProduct(_run.Outputs, cotangent, _run.Inputs, differentiable).flatten(1));
            }
        }
    }

    /// <summary>One output element of one sample, or of all where they do not interact.</summary>
    private sealed class Chain(OwnDerivatives owner, int output, long? sample)
    {
        /// <summary>1 for the samples that the chain is about, [N, 1].</summary>
        public Tensor Mask { get; } = MaskOf(owner, sample);

        /// <summary>The d-th unit vector for these samples, [N, D].</summary>
        public Tensor Along(long d)
        {
            var along = Tensors.Zeros([owner.Samples, owner.Elements], owner._run.Inputs.dtype);
            along.narrow(1, d, 1).copy_(Mask);
            return along;
        }

        /// <summary>Copies the values [N, count] of these samples to result[sample, output, offset…], blocks of the given size.</summary>
        public void Store(Tensor values, NdArray result, int offset, int block)
        {
            var all = values.ToNdArray();
            var count = (int)all.Shape[1];
            var size = result.Dtype.SizeInBytes();
            foreach (var row in sample is { } one ? [(int)one] : Enumerable.Range(0, (int)owner.Samples))
            {
                var at = (((long)row * owner._outputs.Length) + output) * block;
                all.Bytes.Slice(row * count * size, count * size).CopyTo(result.Bytes[((int)(at + offset) * size)..]);
            }
        }

        private static Tensor MaskOf(OwnDerivatives owner, long? sample)
        {
            long[] shape = [owner.Samples, 1];
            var dtype = owner._run.Inputs.dtype;
            return sample is { } one ? Tensors.Zeros(shape, dtype).UnitLike(0, one) : Tensors.Ones(shape, dtype);
        }
    }
}
