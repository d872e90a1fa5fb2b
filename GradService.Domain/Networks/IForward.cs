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

    /// <summary>Tells which branch each element took in a layer whose derivative jumps; asked for only when somebody compares.</summary>
    void Branch(Func<Tensor> taken);
}
