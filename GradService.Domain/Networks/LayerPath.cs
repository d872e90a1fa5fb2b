namespace GradService.Domain.Networks;

/// <summary>
/// A layer's place in the network. Its <see cref="Name"/> ("3", "4.layers.0") is the prefix that PyTorch's state_dict gives it,
/// its <see cref="Field"/> ("layers[3]", "layers[4].layers[0]") the place in the spec.
/// </summary>
/// <param name="Index">The place in the list of layers that holds it.</param>
/// <param name="Parent">The block around it; null at the top.</param>
/// <param name="List">The name of the list in the block: "layers" at the top.</param>
public sealed record LayerPath(int Index, LayerPath? Parent = null, string List = "layers")
{
    public string Name => Parent is null ? $"{Index}" : $"{Parent.Name}.{List}.{Index}";

    public string Field => Parent is null ? $"{List}[{Index}]" : $"{Parent.Field}.{List}[{Index}]";

    /// <summary>The place among the top-level layers.</summary>
    public int TopIndex => Parent?.TopIndex ?? Index;

    public int Depth => Parent is null ? 1 : Parent.Depth + 1;

    public override string ToString() => Name;
}
