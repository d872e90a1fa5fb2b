using GradService.Domain.Statistics.Modes;

namespace GradService.Domain.Statistics;

/// <summary>What a BatchNorm layer normalises with, and whether the gradient knows: a mode as data.</summary>
/// <param name="Name">The name in the request.</param>
/// <param name="Description">One line for people.</param>
/// <param name="Source">Where mean and variance come from.</param>
/// <param name="GradientFlows">Whether they depend on the inputs in the eyes of the gradient.</param>
/// <param name="Update">How running statistics take a batch in; null: they stay.</param>
public sealed record BatchNormMode(string Name, string Description, StatisticsSource Source, bool GradientFlows, RunningUpdate? Update)
{
    /// <summary>The modes that there are; everything that lists modes derives from this.</summary>
    public static IReadOnlyList<BatchNormMode> All { get; } = [Train.Mode, TrainDetached.Mode, Eval.Mode, MovingAverage.Mode, Reference.Mode];

    public static BatchNormMode? Find(string name) => All.FirstOrDefault(mode => mode.Name == name);

    public override string ToString() => Name;
}

/// <summary>Where a layer's mean and variance come from.</summary>
public enum StatisticsSource
{
    /// <summary>The batch itself; biased variance.</summary>
    Batch,

    /// <summary>The running statistics as given.</summary>
    Running,

    /// <summary>The running statistics after they have taken the batch in.</summary>
    UpdatedRunning,

    /// <summary>A separate batch pushed through the same layers; biased variance.</summary>
    ReferenceBatch,
}
