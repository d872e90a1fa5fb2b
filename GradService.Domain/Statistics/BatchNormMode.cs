using GradService.Domain.Networks.Layers;
using GradService.Domain.Statistics.Modes;

namespace GradService.Domain.Statistics;

/// <summary>What a BatchNorm layer normalises with, and whether the gradient knows: a mode as data.</summary>
/// <remarks>A class for each mode, which answers for itself: no engine looks at which one it has.</remarks>
public abstract record BatchNormMode
{
    private protected BatchNormMode()
    {
    }

    /// <summary>The modes that there are, each with its fields at their defaults; everything that lists modes derives from this.</summary>
    public static IReadOnlyList<BatchNormMode> All => field ??= [Train.Mode, TrainDetached.Mode, Eval.Mode, MovingAverage.Mode, Reference.Mode, Renorm.Mode];

    /// <summary>The name in the request.</summary>
    public abstract string Name { get; }

    /// <summary>One line for people.</summary>
    public abstract string Description { get; }

    /// <summary>Whether input gradients flow through the statistics of the batch wherever the mode is.</summary>
    public virtual bool GradientFlows => false;

    /// <summary>Whether it measures a reference batch, which must then be there.</summary>
    public virtual bool NeedsReference => false;

    public static BatchNormMode? Find(string name) => All.FirstOrDefault(mode => mode.Name == name);

    public sealed override string ToString() => Name;

    /// <summary>Whether a layer measures the values of the batch.</summary>
    internal virtual bool MeasuresBatch(BatchNorm layer) => true;

    /// <summary>Whether a layer couples the samples in the eyes of input gradients.</summary>
    internal virtual bool Couples(BatchNorm layer) => GradientFlows;

    /// <summary>Whether parameter gradients flow through the statistics unless the request says otherwise.</summary>
    internal virtual bool FlowsToParameters => true;

    /// <summary>Whether a request may say otherwise, and it makes a difference.</summary>
    internal virtual bool LetsParametersChoose => true;

    /// <summary>Whether it normalises with the running statistics after they have taken the batch in.</summary>
    internal virtual bool UsesUpdated => false;

    /// <summary>Which moments a layer normalises with.</summary>
    /// <param name="measured">Those of the values measured, the variance biased; null where none were.</param>
    /// <param name="before">The running statistics before the call.</param>
    /// <param name="after">The running statistics after it.</param>
    internal T Use<T>(T? measured, T before, T after)
        where T : class => UsesUpdated ? after : measured ?? before;

    /// <summary>How running statistics take a batch in: the weight of the batch, what is left to 1 being that of those before; null: they stay.</summary>
    /// <param name="batchesTracked">How many batches they had seen.</param>
    /// <param name="momentum">The layer's momentum; null: cumulative average.</param>
    internal virtual double? BatchWeight(double batchesTracked, double? momentum) => null;

    /// <summary>Whether a layer corrects what it normalised.</summary>
    internal virtual bool Corrects(BatchNorm layer) => false;

    /// <summary>What it corrects by, which is constant for every gradient; asked for only where it does.</summary>
    /// <param name="eps">The layer's eps.</param>
    /// <param name="used">What one channel is normalised with.</param>
    /// <param name="before">Its running statistics before the call.</param>
    internal virtual (double Scale, double Shift) Correct(double eps, (double Mean, double Variance) used, (double Mean, double Variance) before) => (1, 0);
}
