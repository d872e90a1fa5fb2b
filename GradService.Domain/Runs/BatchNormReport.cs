using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Statistics;

namespace GradService.Domain.Runs;

/// <summary>What the BatchNorm layers did.</summary>
public sealed record BatchNormReport
{
    /// <summary>The request's mode.</summary>
    public required BatchNormMode Mode { get; init; }

    /// <summary>The BatchNorm layers in forward order.</summary>
    public required IReadOnlyList<BatchNormLayerReport> Layers { get; init; }
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

    /// <param name="site">The layer.</param>
    /// <param name="mean">What it normalised with, [C].</param>
    /// <param name="variance">The same, [C].</param>
    /// <param name="running">Its running statistics after the call; null without.</param>
    internal static BatchNormLayerReport Of(NormalizationSite site, NdArray mean, NdArray variance, RunningValues? running) => new()
    {
        Index = site.Node.Path.TopIndex,
        Name = site.Node.Path.Name,
        Mode = site.Mode,
        Mean = mean,
        Variance = variance,
        RunningMean = running?.Mean,
        RunningVariance = running?.Variance,
        BatchesTracked = (long?)running?.BatchesTracked,
    };

    internal static BatchNormLayerReport Of(NormalizationTap tap) => Of(tap.Site, tap.Used.Mean.ToNdArray(), tap.Used.Variance.ToNdArray(),
        tap.Site.Layer.TrackRunningStats ? new RunningValues(tap.Running.Moments.Mean.ToNdArray(), tap.Running.Moments.Variance.ToNdArray(), tap.Running.BatchesTracked) : null);
}
