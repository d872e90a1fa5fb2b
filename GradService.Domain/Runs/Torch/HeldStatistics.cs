using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Statistics;

namespace GradService.Domain.Runs.Torch;

/// <summary>What a run normalised with, for another that is to do the same.</summary>
/// <param name="Used">Mean and variance of each layer.</param>
/// <param name="Corrections">What layers made of what they had normalised; null where none makes anything of it.</param>
internal sealed record HeldStatistics(IReadOnlyDictionary<LayerNode, ChannelValues> Used, IReadOnlyDictionary<LayerNode, Correction>? Corrections)
{
    public static HeldStatistics Of(IEnumerable<LayerTrace> traces, IReadOnlyDictionary<LayerNode, Correction>? corrections) =>
        new(traces.ToDictionary(trace => trace.Site.Node, trace => trace.Used), corrections);

    /// <summary>Mean and variance of each layer as constants.</summary>
    public IReadOnlyDictionary<LayerNode, Moments> Moments(Dtype dtype) => Used.ToDictionary(
        pair => pair.Key, pair => new Moments(pair.Value.Mean.ToTensor(dtype), pair.Value.Variance.ToTensor(dtype)));
}
