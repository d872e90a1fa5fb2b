using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using static TorchSharp.torch;

namespace GradService.Domain.Runs.Torch;

/// <summary>
/// One mask [N, D…] per dropout layer: 0 or 1/(1 − p), drawn once and used by every run of the request, so that a gradient is
/// that of the network whose outputs are shown. The tensors belong to the scope in which they were drawn.
/// </summary>
internal sealed class DropoutMasks
{
    private readonly Dictionary<LayerNode, Tensor> _masks;

    private DropoutMasks(Dictionary<LayerNode, Tensor> masks) => _masks = masks;

    /// <summary>Those of a plan; null where dropout is the identity.</summary>
    /// <inheritdoc cref="Draw(NetworkShape, long, DropoutSpec, Dtype, CancellationToken)"/>
    public static DropoutMasks? Of(RunPlan plan, Dtype dtype, CancellationToken cancellation) =>
        plan.Dropout is { } dropout ? Draw(plan.Shape, plan.Samples, dropout, dtype, cancellation) : null;

    /// <summary>Draws in float32, as PyTorch's CPU kernel does, and casts to the precision of the run.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, between two masks.</exception>
    public static DropoutMasks Draw(NetworkShape shape, long samples, DropoutSpec spec, Dtype dtype, CancellationToken cancellation) =>
        Draw(shape, [samples], spec, dtype, cancellation)[0];

    /// <summary>Masks for several batches, one after another from the same generator, as if the network were called once for each.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, between two masks.</exception>
    public static IReadOnlyList<DropoutMasks> Draw(NetworkShape shape, IReadOnlyList<long> batches, DropoutSpec spec, Dtype dtype,
        CancellationToken cancellation)
    {
        using var generator = new Generator(unchecked((ulong)spec.Seed));
        return [.. batches.Select(samples => Draw(shape, samples, generator, dtype, cancellation))];
    }

    private static DropoutMasks Draw(NetworkShape shape, long samples, Generator generator, Dtype dtype, CancellationToken cancellation)
    {
        var masks = new Dictionary<LayerNode, Tensor>();
        foreach (var node in shape.All)
        {
            if (node.Layer is Dropout { P: > 0 } dropout)
            {
                cancellation.ThrowIfCancellationRequested();

                // The random numbers take several times as much as the mask.
                using var scope = NewDisposeScope();
                masks[node] = Draw(node.Input.After(samples), dropout.P, generator).to_type(dtype.ToScalarType()).MoveToOuterDisposeScope();
            }
        }

        return new DropoutMasks(masks);
    }

    /// <summary>Masks for a batch that stands twice, one behind the other.</summary>
    public DropoutMasks Twice() => Each(mask => cat([mask, mask], 0));

    /// <summary>Masks for some samples in a row.</summary>
    public DropoutMasks Rows(long from, long count) => Each(mask => mask.narrow(0, from, count));

    /// <summary>Masks for every n-th sample.</summary>
    public DropoutMasks EveryNth(int n) => Each(mask => mask.EveryNth(n));

    public Tensor Apply(LayerNode node, Tensor h) => _masks.TryGetValue(node, out var mask) ? h.Times(mask) : h;

    private DropoutMasks Each(Func<Tensor, Tensor> change) => new(_masks.ToDictionary(pair => pair.Key, pair => change(pair.Value)));

    /// <summary>
    /// bernoulli_(1 − p) / (1 − p) as PyTorch's portable kernel draws it, spelled out as uniform numbers below 1 − p: in MKL builds
    /// on Intel processors bernoulli_ takes another generator. Where everything is dropped nothing is drawn.
    /// </summary>
    private static Tensor Draw(Shape shape, double p, Generator generator) => p == 1
        ? Tensors.Zeros(shape.Dimensions, ScalarType.Float32)
        : Tensors.Uniform(shape.Dimensions, ScalarType.Float64, generator).Below(1 - p).to_type(ScalarType.Float32).Over(1 - p);
}
