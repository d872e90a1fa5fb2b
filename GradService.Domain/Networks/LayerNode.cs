using GradService.Domain.Arrays;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Parameters;

namespace GradService.Domain.Networks;

/// <summary>
/// A layer in its place: shapes per sample, parameters, and the layers inside it. It holds no numbers. Two layers that look the
/// same are still two: nodes are told apart by identity.
/// </summary>
/// <param name="layer">The layer as described.</param>
/// <param name="path">Its place.</param>
/// <param name="input">Shape of a sample that enters.</param>
/// <param name="output">Shape of a sample that leaves.</param>
/// <param name="parameters">Its own parameters and buffers, in the order in which PyTorch draws them.</param>
/// <param name="blocks">The lists of layers inside it, in the order in which they are initialised and run.</param>
internal sealed class LayerNode(
    Layer layer,
    LayerPath path,
    Shape input,
    Shape output,
    IReadOnlyList<ParameterSpec> parameters,
    IReadOnlyList<IReadOnlyList<LayerNode>> blocks)
{
    public Layer Layer { get; } = layer;

    public LayerPath Path { get; } = path;

    public Shape Input { get; } = input;

    public Shape Output { get; } = output;

    public IReadOnlyList<ParameterSpec> Parameters { get; } = parameters;

    public IReadOnlyList<IReadOnlyList<LayerNode>> Blocks { get; } = blocks;

    /// <summary>This node and all inside it, in the order in which they are initialised and run.</summary>
    public IEnumerable<LayerNode> Flattened => Blocks.SelectMany(block => block).SelectMany(node => node.Flattened).Prepend(this);

    /// <summary>Elements per sample that a differentiable forward pass keeps for this layer itself.</summary>
    public long KeptElements => Output.Elements.SaturatingTimes(Layer.KeptCopies);

    public string ParameterName(ParameterSpec parameter) => $"{Path.Name}.{parameter.Name}";

    public override string ToString() => $"{Path.Field} ({Layer.Type})";
}
