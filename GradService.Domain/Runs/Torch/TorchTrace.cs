using GradService.Domain.Native;
using GradService.Domain.Statistics;
using static TorchSharp.torch;

namespace GradService.Domain.Runs.Torch;

/// <summary>A BatchNorm layer as a run by tensors met it. The tensors belong to the run's scope.</summary>
/// <param name="start">What the run began with.</param>
/// <param name="site">The layer and its mode.</param>
/// <param name="entering">The activation that it normalised, [N, C, …].</param>
/// <param name="moments">The statistics that it normalised with, attached to the graph where its mode lets the gradient through.</param>
/// <param name="running">The running statistics after the run.</param>
/// <param name="correction">What it made of the result; null: nothing.</param>
internal sealed class TorchTrace(RunStart start, NormalizationSite site, Tensor entering, Moments moments, RunningStatistics running, Correction? correction)
    : LayerTrace(start.Plan, site)
{
    private (Tensor Entering, Moments Moments, RunningStatistics Running)? _tensors = (entering, moments, running);

    public Tensor Entering => Tensors.Entering;

    public Moments Moments => Tensors.Moments;

    public RunningStatistics Running => Tensors.Running;

    public Correction? Correction { get; } = correction;

    private (Tensor Entering, Moments Moments, RunningStatistics Running) Tensors =>
        _tensors ?? throw new InvalidOperationException("The run has given back the tensors of its layers.");

    /// <summary>Reads all that is asked for as numbers; the tensors are not needed any more.</summary>
    public void Settle()
    {
        _ = (Used, After);
        _tensors = null;
    }

    private protected override double? ReadRange(int channel)
    {
        var measured = Site.MeasuresBatch ? Entering
            : Site.Mode.NeedsReference ? start.Reference?.Layers.Single(trace => ReferenceEquals(trace.Site.Node, Site.Node)).Entering
            : null;
        if (measured is null)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        var values = measured.select(1, channel).ToDoubles();
        return values.Max() - values.Min();
    }

    private protected override ChannelValues ReadUsed() => Read(Moments);

    private protected override RunningValues ReadBefore() => Read(RunningStatistics.Of(start.Network, Site));

    private protected override RunningValues ReadAfter() => Read(Running);

    private static RunningValues Read(RunningStatistics running) => new(Read(running.Moments), running.BatchesTracked);

    private static ChannelValues Read(Moments moments) => new(moments.Mean.ToNdArray(), moments.Variance.ToNdArray());
}
