using System.Buffers;
using System.Numerics;
using GradService.Domain.Arrays;
using GradService.Domain.Networks.Dense;

namespace GradService.Domain.Runs.Managed;

/// <summary>A run in managed memory alone: chains of layers over vectors.</summary>
internal abstract class ManagedRun : Run
{
    public sealed override string Engine => "dense";

    /// <summary>Whether a plan leaves the work to it, where the layers do.</summary>
    public static bool Takes(RunPlan plan) => !plan.Drops;

    /// <summary>Null where dropout masks need tensors, or the batch does not fit into one array.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="network">The network.</param>
    /// <param name="inputs">The batch [N, D].</param>
    /// <param name="cancellation">Ends it between two blocks.</param>
    /// <param name="rounding">Moves what layers give on; null: nothing is moved.</param>
    public static ManagedRun? TryRun(
        RunPlan plan, DenseNetwork network, NdArray inputs, CancellationToken cancellation, RandomRounding? rounding = null) => network switch
    {
        _ when !Takes(plan) => null,
        DenseNetwork<float> single => ManagedRun<float>.TryRun(plan, single, inputs, cancellation, rounding),
        _ => ManagedRun<double>.TryRun(plan, (DenseNetwork<double>)network, inputs, cancellation, rounding),
    };
}

/// <summary>
/// One run of a dense network over a batch under a plan, block by block of samples: outputs, a trace of every BatchNorm
/// layer, and what the way back needs. A layer that takes statistics of the batch ends a stage: all blocks must have reached it before
/// one can go on. Its memory is rented; it is given back on disposal.
/// </summary>
internal sealed class ManagedRun<T> : ManagedRun
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly RunPlan _plan;
    private readonly ManagedRun<T>? _reference;
    private readonly bool _isReference;
    private readonly T[] _kept;
    private readonly ManagedTrace<T>?[] _traces;
    private bool _disposed;

    private ManagedRun(RunPlan plan, DenseNetwork<T> network, NdArray inputs, ManagedRun<T>? reference, bool isReference, RandomRounding? rounding,
        CancellationToken cancellation)
    {
        Network = network;
        Rounding = rounding;
        Blocks = SampleBlocks.Of((int)inputs.Shape[0], network.Widest, DenseArrays.DtypeOf<T>().SizeInBytes());
        _plan = plan;
        _reference = reference;
        _isReference = isReference;
        _traces = new ManagedTrace<T>?[network.Layers.Count];
        OutputValues = NdArray.AllocateUninitialized(new Shape(inputs.Shape[0], network.Shape.Output.Elements), DenseArrays.DtypeOf<T>());
        _kept = ArrayPool<T>.Shared.Rent(Math.Max(1, Blocks.Count * Blocks.Size * network.Kept));
        var scratch = new BlockScratch<T>(network.Widest * Blocks.Size);
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

    public SampleBlocks Blocks { get; }

    /// <summary>Moves what layers give on, forth and back; null: nothing is moved.</summary>
    public RandomRounding? Rounding { get; }

    /// <summary>[N, M].</summary>
    public override NdArray OutputValues { get; }

    public override IReadOnlyList<LayerTrace> Layers => field ??= [.. _traces.Where(trace => trace is not null)!];

    /// <inheritdoc cref="ManagedRun.TryRun"/>
    public static ManagedRun<T>? TryRun(RunPlan plan, DenseNetwork<T> network, NdArray inputs, CancellationToken cancellation, RandomRounding? rounding = null)
    {
        if (!Fits(network, Math.Max(plan.Samples, plan.ReferenceSamples)))
        {
            return null;
        }

        using var reference = plan.Normalization.NeedsReference
            ? new ManagedRun<T>(plan, network, plan.ReferenceInputs!, reference: null, isReference: true, rounding, cancellation)
            : null;
        return new ManagedRun<T>(plan, network, inputs, reference, isReference: false, rounding, cancellation);
    }

    /// <summary>Whether a batch fits into the one array that a run keeps.</summary>
    private static bool Fits(DenseNetwork<T> network, long samples) => (samples + 1024) * Math.Max(1, Math.Max(network.Kept, network.Widest)) < Array.MaxLength;

    public ManagedTrace<T>? TraceOf(int layer) => _traces[layer];

    /// <summary>What a layer kept of a block, [Kept, B]; of a BatchNorm layer over the batch's statistics what entered it, less the mean.</summary>
    public Span<T> KeptOf(int layer, int block)
    {
        var at = Network.Layers[layer];
        return _kept.AsSpan(((block * Network.Kept) + at.FirstKept) * Blocks.Size, at.Kept * Blocks.Size);
    }

    public override void Dispose()
    {
        if (!_disposed)
        {
            ArrayPool<T>.Shared.Return(_kept);
            _disposed = true;
        }
    }

    /// <summary>The next layer that waits for the statistics of the batch; the number of layers where none does.</summary>
    private int NextStage(int first)
    {
        var next = first;
        while (next < Network.Layers.Count && (_traces[next] is not null || !Measures(next)))
        {
            next++;
        }

        return next;
    }

    /// <summary>Whether a layer measures the values of this run.</summary>
    private bool Measures(int layer) => Network.Layers[layer].Kernel is NormalizationKernel<T>
        && (_isReference ? _plan.Normalization[Network.Layers[layer].Node].Measures : _plan.Normalization[Network.Layers[layer].Node].MeasuresBatch);

    /// <summary>Runs layers from one on until another, which gets its statistics.</summary>
    private void RunStage(int first, int end, NdArray inputs, BlockScratch<T> scratch, CancellationToken cancellation)
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
                BlockTransfer.Store(scratch.Current, units, Blocks, block, OutputValues, 0, units);
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
            var (means, variances) = (moments.Means<T>(), moments.Variances<T>());
            Rounding?.Move<T>(means);
            Rounding?.Move<T>(variances);
            _traces[end] = ManagedTrace<T>.OfBatch(_plan, _plan.Normalization[Network.Layers[end].Node], (NormalizationKernel<T>)Network.Layers[end].Kernel,
                (means, variances), Blocks.Samples, channel => RangeOf(end, channel));
        }
    }

    /// <summary>The largest less the smallest of what entered a channel of a BatchNorm layer; that the mean is subtracted makes no difference.</summary>
    private double RangeOf(int layer, int channel)
    {
        var (smallest, largest) = (double.PositiveInfinity, double.NegativeInfinity);
        for (var block = 0; block < Blocks.Count; block++)
        {
            foreach (var value in KeptOf(layer, block).Slice(channel * Blocks.Size, Blocks.SamplesIn(block)))
            {
                smallest = Math.Min(smallest, double.CreateTruncating(value));
                largest = Math.Max(largest, double.CreateTruncating(value));
            }
        }

        return largest - smallest;
    }

    private void RunLayer(int layer, int block, BlockScratch<T> scratch)
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
            var trace = _traces[layer] ??= Known(layer, normalization);
            for (var channel = 0; channel < at.OutputUnits; channel++)
            {
                var unit = channel * Blocks.Size;
                NormalizationKernel<T>.Normalize(h.Slice(unit, Blocks.Size), trace.Mean[channel], trace.Scale[channel], trace.Bias[channel],
                    y.Slice(unit, Blocks.Size));
            }
        }

        scratch.Swap();
        Rounding?.Move(scratch.Current[..(at.OutputUnits * Blocks.Size)]);
    }

    /// <summary>Statistics that do not depend on the batch.</summary>
    private ManagedTrace<T> Known(int layer, NormalizationKernel<T> kernel)
    {
        var site = _plan.Normalization[Network.Layers[layer].Node];
        return site.Mode.NeedsReference && !_isReference
            ? ManagedTrace<T>.OfReference(_plan, site, kernel, _reference!._traces[layer]!)
            : ManagedTrace<T>.OfRunning(_plan, site, kernel);
    }
}
