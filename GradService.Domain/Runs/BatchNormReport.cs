using GradService.Domain.Arrays;
using GradService.Domain.Statistics;

namespace GradService.Domain.Runs;

/// <summary>What the BatchNorm layers did.</summary>
public sealed record BatchNormReport
{
    /// <summary>The request's mode.</summary>
    public required BatchNormMode Mode { get; init; }

    /// <summary>The BatchNorm layers in forward order.</summary>
    public required IReadOnlyList<BatchNormLayerReport> Layers { get; init; }

    /// <param name="plan">What was run.</param>
    /// <param name="run">The run.</param>
    internal static BatchNormReport Of(RunPlan plan, Run run) =>
        new() { Mode = plan.Normalization.Mode, Layers = [.. run.Layers.Select(BatchNormLayerReport.Of)] };
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

    /// <summary>
    /// How many batches the running statistics have seen after this call; null without. Pass it back as parameter "NAME.num_batches_tracked".
    /// </summary>
    public required long? BatchesTracked { get; init; }

    /// <inheritdoc cref="LayerTrace.Amplification"/>
    internal double Amplification { get; init; }

    /// <param name="trace">The layer as a run met it.</param>
    internal static BatchNormLayerReport Of(LayerTrace trace) => new()
    {
        Index = trace.Site.Node.Path.TopIndex,
        Name = trace.Site.Node.Path.Name,
        Mode = trace.Site.Mode,
        Amplification = trace.Amplification,
        Mean = trace.Used.Mean,
        Variance = trace.Used.Variance,
        RunningMean = trace.After?.Values.Mean,
        RunningVariance = trace.After?.Values.Variance,
        BatchesTracked = (long?)trace.After?.BatchesTracked,
    };
}
