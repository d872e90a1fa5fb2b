using System.Numerics;
using GradService.Domain.Arrays;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Runs;
using GradService.Domain.Runs.Managed;
using GradService.Domain.Separation;

namespace GradService.Domain.Gradients;

/// <summary>Chains of layers over vectors, and questions that are backward sweeps, in managed memory alone.</summary>
internal sealed class DenseEvaluation<T>(PreparedRequest prepared, DensePass<T> pass) : Evaluation
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override string Engine => "dense";

    public override NdArray Outputs => pass.Outputs;

    public override IReadOnlyList<LayerEvidence> Layers => field ??= [.. Enumerable.Range(0, pass.Network.Layers.Count).Where(layer => pass.TapOf(layer) is not null).Select(Layer)];

    public override Answer Ask(Question question, CancellationToken cancellation) => new()
    {
        Gradients = DenseBackward<T>.Run(pass, question.InBlocks(prepared.Size)!, question.ResultShape(prepared.Size), cancellation),
    };

    public override DetachedEvidence Detached(Question question, CancellationToken cancellation)
    {
        var size = prepared.Size.Decoupled;
        var every = DetachedEvidence.EveryFor(size.Samples, prepared.Shape.KeptElements);
        var held = DenseBackward<T>.Run(pass, question.InBlocks(size)! with { Coupled = CoupledGradient.Held }, question.ResultShape(size), cancellation);
        return new DetachedEvidence(held.EveryNth(every), every);
    }

    public override void Dispose() => pass.Dispose();

    private LayerEvidence Layer(int layer)
    {
        var (tap, kernel) = (pass.TapOf(layer)!, (NormalizationKernel<T>)pass.Network.Layers[layer].Kernel);
        var before = kernel.RunningMean is { } mean ? new RunningValues(mean, kernel.RunningVariance!, kernel.BatchesTracked) : null;
        var after = before is null ? null : new RunningValues(tap.RunningMean.ToNdArray(), tap.RunningVariance.ToNdArray(), tap.BatchesTracked);
        return new LayerEvidence(tap.Site, BatchNormLayerReport.Of(tap.Site, tap.Mean.ToNdArray(), tap.Variance.ToNdArray(), after), before, prepared.SamplesBehind(tap.Site));
    }
}

/// <summary>Whether a request can do without tensors.</summary>
internal static class DenseEvaluation
{
    /// <summary>Null where layers, dropout masks or the question need tensors.</summary>
    /// <param name="prepared">The request.</param>
    /// <param name="network">Its network in managed memory.</param>
    /// <param name="question">The question; null for outputs alone.</param>
    /// <param name="cancellation">Ends it between two blocks.</param>
    public static Evaluation? TryRun(PreparedRequest prepared, DenseNetwork network, Question? question, CancellationToken cancellation)
    {
        return !Takes(prepared, question) ? null
            : network is DenseNetwork<float> single ? TryRun(prepared, single, cancellation)
            : TryRun(prepared, (DenseNetwork<double>)network, cancellation);
    }

    /// <summary>Whether masks and question leave the work to it, where the layers do.</summary>
    public static bool Takes(PreparedRequest prepared, Question? question) =>
        question?.GoesInBlocks(prepared.Size) != false && (prepared.Request.Dropout is null || !prepared.Shape.All.Any(node => node.Layer is Dropout));

    private static DenseEvaluation<T>? TryRun<T>(PreparedRequest prepared, DenseNetwork<T> network, CancellationToken cancellation)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (request, referenceInputs) = (prepared.Request, prepared.Request.BatchNorm.ReferenceInputs);
        return DensePass<T>.Fits(network, Math.Max(prepared.Size.Samples, referenceInputs?.Shape[0] ?? 0))
            ? new DenseEvaluation<T>(prepared, DensePass<T>.Run(network, request.Inputs, prepared.Plan, referenceInputs, cancellation))
            : null;
    }
}
