using System.Buffers;
using System.Numerics;
using GradService.Domain.Arrays;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Statistics;

namespace GradService.Domain.Runs.Managed;

/// <summary>
/// One run of a dense network over a batch under a normalisation plan, block by block of samples: outputs, a tap at every BatchNorm
/// layer, and what the way back needs. A layer that takes statistics of the batch ends a stage: all blocks must have reached it before
/// one can go on. Its memory is rented; it is given back on disposal.
/// </summary>
internal sealed class DensePass<T> : IDisposable
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly NormalizationPlan _plan;
    private readonly DensePass<T>? _reference;
    private readonly bool _isReference;
    private readonly T[] _kept;
    private readonly DenseTap<T>?[] _taps;

    private DensePass(DenseNetwork<T> network, NdArray inputs, NormalizationPlan plan, DensePass<T>? reference, bool isReference, CancellationToken cancellation)
    {
        Network = network;
        Blocks = DenseBlocks.Of((int)inputs.Shape[0], network.Widest, DenseArrays.DtypeOf<T>().SizeInBytes());
        _plan = plan;
        _reference = reference;
        _isReference = isReference;
        _taps = new DenseTap<T>?[network.Layers.Count];
        Outputs = NdArray.AllocateUninitialized(new Shape(inputs.Shape[0], network.Shape.Output.Elements), DenseArrays.DtypeOf<T>());
        _kept = ArrayPool<T>.Shared.Rent(Math.Max(1, Blocks.Count * Blocks.Size * network.Kept));
        var scratch = new DenseScratch<T>(network.Widest * Blocks.Size);
        try
        {
            var end = -1;
            do
            {
                var first = Math.Max(0, end);
                end = NextStage(first);
                RunStage(first, end, inputs, scratch, cancellation);
            }
            while (end < network.Layers.Count);
        }
        catch
        {
            Dispose();
            throw;
        }
        finally
        {
            scratch.Dispose();
        }
    }

    public DenseNetwork<T> Network { get; }

    public DenseBlocks Blocks { get; }

    /// <summary>[N, M].</summary>
    public NdArray Outputs { get; }

    /// <summary>The BatchNorm layers in forward order.</summary>
    public IEnumerable<DenseTap<T>> Taps => _taps.Where(tap => tap is not null)!;

    /// <param name="network">The network.</param>
    /// <param name="inputs">The batch [N, D].</param>
    /// <param name="plan">The plan.</param>
    /// <param name="referenceInputs">The reference batch [R, D], where the plan needs one.</param>
    /// <param name="cancellation">Ends it between two blocks.</param>
    public static DensePass<T> Run(DenseNetwork<T> network, NdArray inputs, NormalizationPlan plan, NdArray? referenceInputs, CancellationToken cancellation)
    {
        using var reference = plan.NeedsReference ? new DensePass<T>(network, referenceInputs!, plan, reference: null, isReference: true, cancellation) : null;
        return new DensePass<T>(network, inputs, plan, reference, isReference: false, cancellation);
    }

    /// <summary>Whether a batch fits into the one array that a pass keeps.</summary>
    public static bool Fits(DenseNetwork<T> network, long samples) => (samples + 1024) * Math.Max(1, Math.Max(network.Kept, network.Widest)) < Array.MaxLength;

    public DenseTap<T>? TapOf(int layer) => _taps[layer];

    /// <summary>What a layer kept of a block, [Kept, B]; of a BatchNorm layer over the batch's statistics what entered it, less the mean.</summary>
    public Span<T> KeptOf(int layer, int block)
    {
        var at = Network.Layers[layer];
        return _kept.AsSpan(((block * Network.Kept) + at.FirstKept) * Blocks.Size, at.Kept * Blocks.Size);
    }

    public void Dispose() => ArrayPool<T>.Shared.Return(_kept);

    /// <summary>The next layer that waits for the statistics of the batch; the number of layers where none does.</summary>
    private int NextStage(int first)
    {
        var next = first;
        while (next < Network.Layers.Count && (_taps[next] is not null || !Measures(next)))
        {
            next++;
        }

        return next;
    }

    /// <summary>Whether a layer measures the values that this pass runs over.</summary>
    private bool Measures(int layer) => Network.Layers[layer].Kernel is NormalizationKernel<T>
        && (_isReference ? _plan[Network.Layers[layer].Node].Measures : _plan[Network.Layers[layer].Node].MeasuresBatch);

    /// <summary>Runs layers from one on until another, which gets its statistics.</summary>
    private void RunStage(int first, int end, NdArray inputs, DenseScratch<T> scratch, CancellationToken cancellation)
    {
        var moments = end < Network.Layers.Count ? new ChannelMoments(Network.Layers[end].InputUnits) : null;
        for (var block = 0; block < Blocks.Count; block++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (first == 0)
            {
                BlockTransfer.Load(inputs, 0, (int)Network.Shape.Input.Elements, Blocks, block, scratch.Current);
            }

            for (var layer = first; layer < end; layer++)
            {
                RunLayer(layer, block, scratch);
            }

            if (moments is null)
            {
                var units = (int)Network.Shape.Output.Elements;
                BlockTransfer.Store(scratch.Current, units, Blocks, block, Outputs, 0, units);
            }
            else
            {
                var entering = KeptOf(end, block);
                scratch.Current[..entering.Length].CopyTo(entering);
                moments.Add<T>(entering, Blocks.SamplesIn(block));
            }
        }

        if (moments is not null)
        {
            _taps[end] = DenseTap<T>.OfBatch(_plan[Network.Layers[end].Node], (NormalizationKernel<T>)Network.Layers[end].Kernel, (moments.Means<T>(), moments.Variances<T>()), Blocks.Samples);
        }
    }

    private void RunLayer(int layer, int block, DenseScratch<T> scratch)
    {
        var at = Network.Layers[layer];
        var kept = KeptOf(layer, block);
        var y = scratch.Other[..(at.OutputUnits * Blocks.Size)];
        if (at.Kernel is IBlockKernel<T> kernel)
        {
            kernel.Forward(scratch.Current[..(at.InputUnits * Blocks.Size)], y, kept);
        }
        else
        {
            var normalization = (NormalizationKernel<T>)at.Kernel;
            var h = Measures(layer) ? kept : scratch.Current;
            var tap = _taps[layer] ??= Known(layer, normalization);
            for (var channel = 0; channel < at.OutputUnits; channel++)
            {
                var unit = channel * Blocks.Size;
                NormalizationKernel<T>.Normalize(h.Slice(unit, Blocks.Size), tap.Mean[channel], tap.Scale[channel], tap.Bias[channel], y.Slice(unit, Blocks.Size));
            }
        }

        scratch.Swap();
    }

    /// <summary>Statistics that do not depend on the batch.</summary>
    private DenseTap<T> Known(int layer, NormalizationKernel<T> kernel)
    {
        var site = _plan[Network.Layers[layer].Node];
        return site.Mode.NeedsReference && !_isReference
            ? DenseTap<T>.OfReference(site, kernel, _reference!._taps[layer]!)
            : DenseTap<T>.OfRunning(site, kernel);
    }
}
