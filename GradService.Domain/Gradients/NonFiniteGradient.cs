using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Runs;
using GradService.Domain.Runs.Torch;
using static TorchSharp.torch;

namespace GradService.Domain.Gradients;

/// <summary>Finds where numbers of a gradient stopped being finite: in the parameters, in a layer, or on the way back.</summary>
internal static class NonFiniteGradient
{
    /// <param name="plan">What was run.</param>
    /// <param name="network">Its network.</param>
    /// <param name="inputs">The batch [N, D…].</param>
    /// <param name="layers">The BatchNorm layers as the run met them.</param>
    /// <param name="answer">What came of it.</param>
    /// <param name="cancellation">Ends the search between two layers.</param>
    public static NonFiniteOrigin Of(
        RunPlan plan, Network network, NdArray inputs, IReadOnlyList<LayerTrace> layers, Answer answer, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var start = new RunStart(plan, network)
        {
            Masks = DropoutMasks.Of(plan, network.Dtype, cancellation),
            Cancellation = cancellation,
        };
        var search = new NonFiniteSearch(start, inputs.ToTensor(network.Dtype), layers);
        var origin = new NonFiniteOrigin { Parameters = NonFiniteSearch.Parameters(network) };
        if (search.Forward() is { } layer)
        {
            return origin with { Layer = layer, Place = Place(layer.Sample) };
        }

        if (origin.Parameters.Count > 0 || answer.Arrays.FirstOrDefault(array => array.FirstNonFinite() >= 0) is not { } broken)
        {
            return origin;
        }

        var sample = broken.Shape[0] == plan.Samples ? broken.FirstNonFinite() / (broken.Count / plan.Samples) : (long?)null;
        var node = search.Backward(sample ?? 0);
        return origin with
        {
            Slope = new NonFiniteSlope(node is null ? null : $"{node.Path.Name} ({node.Layer.Type})", sample is { } at ? Place(at) : null, []),
        };
    }

    private static string Place(long sample) => $"sample {sample}";
}
