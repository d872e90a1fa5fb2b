using System.Buffers;
using System.Numerics;
using GradService.Domain.Arrays;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Runs;
using GradService.Domain.Runs.Managed;

namespace GradService.Domain.Separation;

/// <summary>Backward sweeps over a run in managed memory.</summary>
internal static class BlockBackward
{
    /// <summary>The answer, of that shape.</summary>
    public static NdArray Run(ManagedRun run, BlockSweeps question, Shape result, CancellationToken cancellation) => run is ManagedRun<float> single
        ? BlockBackward<float>.Run(single, question, result, cancellation)
        : BlockBackward<double>.Run((ManagedRun<double>)run, question, result, cancellation);
}

/// <summary>
/// Backward sweeps over a run in managed memory, block by block. Only a coupled layer whose statistics depend on the whole batch ends a stage:
/// all blocks must have reached it before two means per channel are known, and one can go on.
/// </summary>
internal sealed class BlockBackward<T>(ManagedRun<T> run, SeparationWay way, CancellationToken cancellation)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly DenseNetwork<T> _network = run.Network;
    private readonly SampleBlocks _blocks = run.Blocks;

    // Of the widest layer that waits: a block is read from where the next layer's is written.
    private readonly int _waitingUnits = way != Together.Way ? 0
        : run.Network.Layers.Where((_, layer) => run.TraceOf(layer) is { Site.Coupled: true }).Select(layer => layer.OutputUnits).DefaultIfEmpty().Max();

    /// <summary>The answer, of that shape.</summary>
    public static NdArray Run(ManagedRun<T> run, BlockSweeps question, Shape result, CancellationToken cancellation)
    {
        var answer = NdArray.AllocateUninitialized(result, DenseArrays.DtypeOf<T>());
        var backward = new BlockBackward<T>(run, question.Way, cancellation);
        var waiting = ArrayPool<T>.Shared.Rent(backward._waitingUnits * run.Blocks.Count * run.Blocks.Size);
        var scratch = new BlockScratch<T>(run.Network.Widest * run.Blocks.Size);
        try
        {
            foreach (var sweep in question.Sweeps)
            {
                backward.Run(sweep, answer, scratch, waiting);
            }
        }
        finally
        {
            scratch.Dispose();
            ArrayPool<T>.Shared.Return(waiting);
        }

        return answer;
    }

    private bool Waits(int layer) => way == Together.Way && run.TraceOf(layer) is { Site.Coupled: true };

    private void Run(BlockSweep sweep, NdArray answer, BlockScratch<T> scratch, T[] waiting)
    {
        MeanProducts<T>? means = null;
        var last = _network.Layers.Count;
        do
        {
            var next = last - 1;
            while (next >= 0 && !Waits(next))
            {
                next--;
            }

            means = RunStage(sweep, last, next, means, answer, scratch, waiting);
            last = next;
        }
        while (last >= 0);
    }

    /// <summary>From a layer that waited, or the outputs, back to the result of the next that waits, or the inputs.</summary>
    private MeanProducts<T>? RunStage(BlockSweep sweep, int last, int next, MeanProducts<T>? means, NdArray answer, BlockScratch<T> scratch, T[] waiting)
    {
        var found = next >= 0 ? new MeanProducts<T>(_network.Layers[next].OutputUnits) : null;
        for (var block = 0; block < _blocks.Count; block++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (last == _network.Layers.Count)
            {
                Load(sweep.Cotangent, block, scratch.Current);
            }
            else
            {
                ThroughWhole(last, block, means!, waiting, scratch.Current);
            }

            for (var layer = last - 1; layer > next; layer--)
            {
                Through(layer, block, scratch);
            }

            if (found is null)
            {
                BlockTransfer.Store(scratch.Current, (int)_network.Shape.Input.Elements, _blocks, block, answer, sweep.First, sweep.Stride);
            }
            else
            {
                var gradient = Waiting(waiting, next, block);
                scratch.Current[..gradient.Length].CopyTo(gradient);
                run.Rounding?.Move(gradient);
                found.Add(gradient, run.KeptOf(next, block), _blocks.SamplesIn(block));
            }
        }

        found?.Round(run.Rounding);
        return found;
    }

    private void Load(BlockCotangent cotangent, int block, Span<T> to)
    {
        var units = (int)_network.Shape.Output.Elements;
        switch (cotangent)
        {
            case BlockCotangent.Ones ones:
                to[..(units * _blocks.Size)].Clear();
                foreach (var output in ones.Outputs)
                {
                    to.Slice((int)output * _blocks.Size, _blocks.SamplesIn(block)).Fill(T.One);
                }

                break;
            case BlockCotangent.Given given:
                BlockTransfer.Load(given.Array, given.First, units, _blocks, block, to);
                break;
        }
    }

    private void Through(int layer, int block, BlockScratch<T> scratch)
    {
        var at = _network.Layers[layer];
        var gradient = scratch.Current[..(at.OutputUnits * _blocks.Size)];
        run.Rounding?.Move(gradient);
        var result = scratch.Other[..(at.InputUnits * _blocks.Size)];
        if (at.Kernel is IBlockKernel<T> kernel)
        {
            kernel.Backward(gradient, run.KeptOf(layer, block), result);
        }
        else
        {
            ThroughNormalization(layer, gradient, run.KeptOf(layer, block), result);
        }

        scratch.Swap();
    }

    private void ThroughNormalization(int layer, ReadOnlySpan<T> gradient, ReadOnlySpan<T> centred, Span<T> result)
    {
        var trace = run.TraceOf(layer)!;
        var own = way == LeaveOneOut.Way && trace.Site.Coupled;
        for (var channel = 0; channel < trace.Scale.Length; channel++)
        {
            var unit = new Range(channel * _blocks.Size, (channel + 1) * _blocks.Size);
            if (own)
            {
                NormalizationKernel<T>.BackwardOwn(gradient[unit], centred[unit], trace.Scale[channel], trace.Inverse[channel], _blocks.Samples, result[unit]);
            }
            else
            {
                NormalizationKernel<T>.BackwardHeld(gradient[unit], trace.Scale[channel], result[unit]);
            }
        }
    }

    private void ThroughWhole(int layer, int block, MeanProducts<T> means, T[] waiting, Span<T> result)
    {
        var trace = run.TraceOf(layer)!;
        ReadOnlySpan<T> gradient = Waiting(waiting, layer, block);
        ReadOnlySpan<T> centred = run.KeptOf(layer, block);
        for (var channel = 0; channel < trace.Scale.Length; channel++)
        {
            var unit = new Range(channel * _blocks.Size, (channel + 1) * _blocks.Size);
            var (mean, product) = means.Of(channel, trace.Inverse[channel], _blocks.Samples);
            NormalizationKernel<T>.BackwardWhole(gradient[unit], centred[unit], trace.Scale[channel], trace.Inverse[channel], mean, product, result[unit]);
        }
    }

    /// <summary>The gradient by a layer's result, [C, B], of one block.</summary>
    private Span<T> Waiting(T[] waiting, int layer, int block) =>
        waiting.AsSpan(block * _waitingUnits * _blocks.Size, _network.Layers[layer].OutputUnits * _blocks.Size);
}

/// <summary>Over a batch, for each channel: Σ g and Σ g·(h − mean), g the gradient by the normalised h.</summary>
internal sealed class MeanProducts<T>(int channels)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly double[] _gradients = new double[channels];
    private readonly double[] _products = new double[channels];

    /// <summary>Takes a block [C, B] of each in, of which so many samples are there.</summary>
    public void Add(ReadOnlySpan<T> gradient, ReadOnlySpan<T> centred, int samples)
    {
        var size = gradient.Length / channels;
        for (var channel = 0; channel < channels; channel++)
        {
            var unit = gradient.Slice(channel * size, samples);
            _gradients[channel] += double.CreateTruncating(Sums.Of(unit));
            _products[channel] += double.CreateTruncating(Sums.OfProducts(unit, centred.Slice(channel * size, samples)));
        }
    }

    /// <summary>Moves the sums as rounding in the network's precision may.</summary>
    public void Round(RandomRounding? rounding)
    {
        if (rounding is null)
        {
            return;
        }

        foreach (var sums in (double[][])[_gradients, _products])
        {
            var rounded = Array.ConvertAll(sums, T.CreateTruncating);
            rounding.Move<T>(rounded);
            for (var channel = 0; channel < sums.Length; channel++)
            {
                sums[channel] = double.CreateTruncating(rounded[channel]);
            }
        }
    }

    /// <summary>The means of g and of g·z, z being h normalised.</summary>
    public (T Gradient, T Product) Of(int channel, T inverse, int samples) =>
        (T.CreateTruncating(_gradients[channel] / samples), T.CreateTruncating(_products[channel] / samples) * inverse);
}

/// <summary>A question as backward sweeps over blocks of samples: how those that take no tensors answer it.</summary>
/// <param name="Way">What the gradient knows of the statistics of coupled layers: kept apart, that they are constants; with one left out, each
/// sample's own share in them; together, that they depend on all samples.</param>
/// <param name="Sweeps">One for each weighing of the outputs.</param>
internal sealed record BlockSweeps(SeparationWay Way, IReadOnlyList<BlockSweep> Sweeps);

/// <summary>One backward sweep; the result [N, D] is strewn into the answer.</summary>
/// <param name="Cotangent">The weights.</param>
/// <param name="First">The element of the answer at which the first sample's begins.</param>
/// <param name="Stride">Elements of the answer from one sample's to the next.</param>
internal sealed record BlockSweep(BlockCotangent Cotangent, int First, int Stride);

/// <summary>Weights of the flattened outputs [N, M].</summary>
internal abstract record BlockCotangent
{
    /// <summary>1 at the same output elements of every sample, else 0.</summary>
    internal sealed record Ones(long[] Outputs) : BlockCotangent;

    /// <summary>[N, M] from an element of an array on.</summary>
    internal sealed record Given(NdArray Array, int First) : BlockCotangent;
}
