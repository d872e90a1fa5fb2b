using GradService.Domain.Networks.Layers;

namespace GradService.Tests.Problems;

/// <summary>The lists of layers inside a layer.</summary>
internal static class InnerLayers
{
    /// <summary>A layer with the lists inside it changed; one that holds none is what it is.</summary>
    public static Layer WithInner(this Layer layer, Func<IReadOnlyList<Layer>, IReadOnlyList<Layer>> change) => layer switch
    {
        Residual residual => residual with { Layers = change(residual.Layers), Shortcut = residual.Shortcut is null ? null : change(residual.Shortcut) },
        Branches branches => branches with { Layers = [.. branches.Layers.Select(change)] },
        _ => layer,
    };

    /// <summary>The lists inside a layer in the order in which they run, by what the state_dict's names call them: "layers", "branches.0".</summary>
    public static IEnumerable<(string Name, IReadOnlyList<Layer> Layers)> Inner(this Layer layer) => layer switch
    {
        Residual residual => [("layers", residual.Layers), ("shortcut", residual.Shortcut ?? [])],
        Branches branches => branches.Layers.Select((layers, branch) => ($"branches.{branch}", layers)),
        _ => [],
    };
}
