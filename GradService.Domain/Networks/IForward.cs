using static TorchSharp.torch;

namespace GradService.Domain.Networks;

/// <summary>
/// What a layer may ask of the pass that it takes part in. A layer declares where it normalises, drops or branches; the pass
/// decides with which statistics and masks, and who is watching.
/// </summary>
internal interface IForward
{
    /// <summary>The layer's parameter, null if it has none of that name.</summary>
    Tensor? Parameter(LayerNode node, string name);

    /// <summary>Runs layers one after another; x [N, D…].</summary>
    Tensor Through(IReadOnlyList<LayerNode> layers, Tensor x);

    /// <summary>weight · (h − mean) / √(variance + eps) for each channel of h [N, C, …], by the statistics of the layer's mode.</summary>
    Tensor Normalize(LayerNode node, Tensor h, Tensor? weight);

    /// <summary>h by the mask of the layer, or h itself where nothing is dropped.</summary>
    Tensor Drop(LayerNode node, Tensor h);

    /// <summary>Tells which branch each element took in a layer with a derivative that jumps; asked for only when somebody compares.</summary>
    void Branch(BranchPoint point, Func<Tensor> taken);
}

/// <summary>Where a derivative of a layer's function jumps.</summary>
/// <param name="Layer">The layer's type.</param>
/// <param name="Order">The lowest order of derivative that jumps: 1 for relu.</param>
/// <param name="Place">In words: "at 0".</param>
internal sealed record BranchPoint(string Layer, int Order, string Place)
{
    public override string ToString() => $"the {(Order == 1 ? "first" : Order == 2 ? "second" : $"{Order}th")} derivative of {Layer} {Place}";
}
