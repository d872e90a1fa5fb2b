using GradService.Domain.Arrays;

namespace GradService.Domain.Runs;

/// <summary>One batch pushed through one network under a plan, by one of the engines. It holds what gradients will be taken from.</summary>
internal abstract class Run : IDisposable
{
    /// <summary>The engine's name.</summary>
    public abstract string Engine { get; }

    /// <summary>The outputs [N, M…] in managed memory.</summary>
    public abstract NdArray OutputValues { get; }

    /// <summary>The BatchNorm layers as the batch met them, in forward order.</summary>
    public abstract IReadOnlyList<LayerTrace> Layers { get; }

    public abstract void Dispose();
}
