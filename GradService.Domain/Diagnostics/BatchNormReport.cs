using GradService.Domain.Forward;
using GradService.Domain.Native;
using GradService.Domain.Normalization;

namespace GradService.Domain.Diagnostics;

/// <summary>What the BatchNorm layers did.</summary>
public sealed record BatchNormReport
{
    /// <summary>The request's mode.</summary>
    public required BatchNormMode Mode { get; init; }

    /// <summary>The BatchNorm layers in forward order.</summary>
    public required IReadOnlyList<BatchNormLayerReport> Layers { get; init; }

    internal static BatchNormReport Of(BatchNormMode mode, IEnumerable<NormalizationTap> taps) => new() { Mode = mode, Layers = [.. taps.Select(BatchNormLayerReport.Of)] };
}

/// <summary>One BatchNorm layer.</summary>
public sealed record BatchNormLayerReport
{
    /// <summary>The layer's place among the top-level layers.</summary>
    public required int Index { get; init; }

    /// <summary>Its state_dict prefix.</summary>
    public required string Name { get; init; }

    /// <summary>Its own mode.</summary>
    public required BatchNormMode Mode { get; init; }

    /// <summary>The mean of each channel used to normalise, [C].</summary>
    public required NdArray Mean { get; init; }

    /// <summary>The variance of each channel used to normalise, [C]; in mode train the biased one.</summary>
    public required NdArray Variance { get; init; }

    /// <summary>The running mean after this call, [C]; null without running statistics. Pass it back as parameter "NAME.running_mean".</summary>
    public required NdArray? RunningMean { get; init; }

    /// <summary>The running variance after this call, [C]; null without running statistics. Pass it back as parameter "NAME.running_var".</summary>
    public required NdArray? RunningVariance { get; init; }

    /// <summary>How many batches the running statistics have seen after this call; null without. Pass it back as parameter "NAME.num_batches_tracked".</summary>
    public required long? BatchesTracked { get; init; }

    internal static BatchNormLayerReport Of(NormalizationTap tap) => new()
    {
        Index = tap.Site.Node.Path.TopIndex,
        Name = tap.Site.Node.Path.Name,
        Mode = tap.Site.Mode,
        Mean = tap.Used.Mean.ToNdArray(),
        Variance = tap.Used.Variance.ToNdArray(),
        RunningMean = tap.Site.Layer.TrackRunningStats ? tap.Running.Mean.ToNdArray() : null,
        RunningVariance = tap.Site.Layer.TrackRunningStats ? tap.Running.Variance.ToNdArray() : null,
        BatchesTracked = tap.Site.Layer.TrackRunningStats ? (long)tap.Running.BatchesTracked : null,
    };
}
