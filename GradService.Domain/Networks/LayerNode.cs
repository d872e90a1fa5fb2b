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
    public long KeptElements => Layer.KeptElements(this);

    public string ParameterName(ParameterSpec parameter) => $"{Path.Name}.{parameter.Name}";

    public override string ToString() => $"{Path.Field} ({Layer.Type})";
}

/// <summary>
/// A layer's place in the network. Its <see cref="Name"/> ("3", "4.layers.0", "5.branches.1.0") is the prefix that PyTorch's state_dict gives it,
/// its <see cref="Field"/> ("layers[3]", "layers[4].layers[0]", "layers[5].layers[1][0]") the place in the spec.
/// </summary>
/// <param name="Index">The place in the list of layers that holds it.</param>
/// <param name="Parent">The block around it; null at the top.</param>
/// <param name="List">The name of the list in the block: "layers" at the top.</param>
/// <param name="Branch">The place of the list among the block's branches; null where the block has a list by that name.</param>
public sealed record LayerPath(int Index, LayerPath? Parent = null, string List = "layers", int? Branch = null)
{
    public string Name => Parent is null ? $"{Index}" : Branch is null ? $"{Parent.Name}.{List}.{Index}" : $"{Parent.Name}.{List}.{Branch}.{Index}";

    public string Field => Parent is null ? $"{List}[{Index}]"
        : Branch is null ? $"{Parent.Field}.{List}[{Index}]"
        : $"{Parent.Field}.layers[{Branch}][{Index}]";

    /// <summary>The place among the top-level layers.</summary>
    public int TopIndex => Parent?.TopIndex ?? Index;

    public int Depth => Parent is null ? 1 : Parent.Depth + 1;

    public override string ToString() => Name;
}
