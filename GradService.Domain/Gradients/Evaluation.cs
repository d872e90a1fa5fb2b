using GradService.Domain.Arrays;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Runs;

namespace GradService.Domain.Gradients;

/// <summary>A request's batch, run through its network by one of the engines: what answers and findings are made from.</summary>
internal abstract class Evaluation : IDisposable
{
    /// <summary>The engine's name.</summary>
    public abstract string Engine { get; }

    /// <summary>[N, M…].</summary>
    public abstract NdArray Outputs { get; }

    /// <summary>The BatchNorm layers as the batch met them, in forward order.</summary>
    public abstract IReadOnlyList<LayerEvidence> Layers { get; }

    /// <summary>The answer to a question that the engine takes.</summary>
    public abstract Answer Ask(Question question, CancellationToken cancellation);

    /// <summary>The answer with all statistics held constant.</summary>
    public abstract DetachedEvidence Detached(Question question, CancellationToken cancellation);

    public abstract void Dispose();
}
