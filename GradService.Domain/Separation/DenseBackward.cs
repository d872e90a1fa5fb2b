using System.Buffers;
using System.Numerics;
using GradService.Domain.Arrays;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Runs.Managed;

namespace GradService.Domain.Separation;

/// <summary>
/// Backward sweeps over a dense pass, block by block. Only a coupled layer whose statistics depend on the whole batch ends a stage:
/// all blocks must have reached it before two means per channel are known, and one can go on.
/// </summary>
internal sealed class DenseBackward<T>(DensePass<T> pass, CoupledGradient coupled, CancellationToken cancellation)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly DenseNetwork<T> _network = pass.Network;
    private readonly DenseBlocks _blocks = pass.Blocks;

    // Of the widest layer that waits: a block is read from where the next layer's is written.
    private readonly int _waitingUnits = coupled != CoupledGradient.Whole ? 0
        : pass.Network.Layers.Where((_, layer) => pass.TapOf(layer) is { Site.Coupled: true }).Select(layer => layer.OutputUnits).DefaultIfEmpty().Max();

    /// <summary>The answer, of that shape.</summary>
    public static NdArray Run(DensePass<T> pass, BlockSweeps question, Shape result, CancellationToken cancellation)
    {
        var answer = NdArray.AllocateUninitialized(result, DenseArrays.DtypeOf<T>());
        var backward = new DenseBackward<T>(pass, question.Coupled, cancellation);
        var waiting = ArrayPool<T>.Shared.Rent(backward._waitingUnits * pass.Blocks.Count * pass.Blocks.Size);
        var scratch = new DenseScratch<T>(pass.Network.Widest * pass.Blocks.Size);
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

    private bool Waits(int layer) => coupled == CoupledGradient.Whole && pass.TapOf(layer) is { Site.Coupled: true };

    private void Run(BlockSweep sweep, NdArray answer, DenseScratch<T> scratch, T[] waiting)
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
    private MeanProducts<T>? RunStage(BlockSweep sweep, int last, int next, MeanProducts<T>? means, NdArray answer, DenseScratch<T> scratch, T[] waiting)
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
                found.Add(gradient, pass.KeptOf(next, block), _blocks.SamplesIn(block));
            }
        }

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

    private void Through(int layer, int block, DenseScratch<T> scratch)
    {
        var at = _network.Layers[layer];
        var gradient = scratch.Current[..(at.OutputUnits * _blocks.Size)];
        var result = scratch.Other[..(at.InputUnits * _blocks.Size)];
        if (at.Kernel is IBlockKernel<T> kernel)
        {
            kernel.Backward(gradient, pass.KeptOf(layer, block), result);
        }
        else
        {
            ThroughNormalization(layer, gradient, pass.KeptOf(layer, block), result);
        }

        scratch.Swap();
    }

    private void ThroughNormalization(int layer, ReadOnlySpan<T> gradient, ReadOnlySpan<T> centred, Span<T> result)
    {
        var tap = pass.TapOf(layer)!;
        var own = coupled == CoupledGradient.Own && tap.Site.Coupled;
        for (var channel = 0; channel < tap.Scale.Length; channel++)
        {
            var unit = new Range(channel * _blocks.Size, (channel + 1) * _blocks.Size);
            if (own)
            {
                NormalizationKernel<T>.BackwardOwn(gradient[unit], centred[unit], tap.Scale[channel], tap.Inverse[channel], _blocks.Samples, result[unit]);
            }
            else
            {
                NormalizationKernel<T>.BackwardHeld(gradient[unit], tap.Scale[channel], result[unit]);
            }
        }
    }

    private void ThroughWhole(int layer, int block, MeanProducts<T> means, T[] waiting, Span<T> result)
    {
        var tap = pass.TapOf(layer)!;
        ReadOnlySpan<T> gradient = Waiting(waiting, layer, block);
        ReadOnlySpan<T> centred = pass.KeptOf(layer, block);
        for (var channel = 0; channel < tap.Scale.Length; channel++)
        {
            var unit = new Range(channel * _blocks.Size, (channel + 1) * _blocks.Size);
            var (mean, product) = means.Of(channel, tap.Inverse[channel], _blocks.Samples);
            NormalizationKernel<T>.BackwardWhole(gradient[unit], centred[unit], tap.Scale[channel], tap.Inverse[channel], mean, product, result[unit]);
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

    /// <summary>The means of g and of g·z, z being h normalised.</summary>
    public (T Gradient, T Product) Of(int channel, T inverse, int samples) =>
        (T.CreateTruncating(_gradients[channel] / samples), T.CreateTruncating(_products[channel] / samples) * inverse);
}
