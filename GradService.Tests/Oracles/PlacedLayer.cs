using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Spatial;
using GradService.Tests.Problems;

namespace GradService.Tests.Oracles;

/// <summary>A layer with its state_dict prefix and the shape of a sample that reaches it, worked out without the service's own inference.</summary>
internal sealed record PlacedLayer(string Name, Layer Layer, int[] Input)
{
    /// <summary>All layers in the order in which they run; those inside a block follow it.</summary>
    public static IReadOnlyList<PlacedLayer> All(NetworkSpec network)
    {
        var found = new List<PlacedLayer>();
        Walk(network.Layers, "", [.. network.InputShape], found);
        return found;
    }

    /// <summary>The shape of a sample that leaves the network.</summary>
    public static int[] Output(NetworkSpec network) => Output(network.Layers, [.. network.InputShape]);

    public static int[] Output(IEnumerable<Layer> layers, int[] input) => layers.Aggregate(input, (shape, layer) => layer switch
    {
        Linear linear => [.. shape[..^1], linear.OutFeatures],
        Flatten => [Elements(shape)],
        Convolution convolution => [convolution.OutChannels, .. SlidingWindow.Of(layer, shape)!.Output],
        Pooling => [shape[0], .. SlidingWindow.Of(layer, shape)!.Output],
        AdaptivePooling { OutputSize.Values: var sizes } => [shape[0], .. shape[1..].Select((_, axis) => sizes[sizes.Count == 1 ? 0 : axis])],
        Glu glu => [.. shape.Select((size, axis) => axis == (glu.Dim < 0 ? glu.Dim + shape.Length : glu.Dim) ? size / 2 : size)],
        FourierFeatures features => [.. shape[..^1], 2 * features.Count],
        Residual residual => Output(residual.Layers, shape),
        Branches branches => branches.Layers.Select(branch => Output(branch, shape)).Aggregate((a, b) => [.. a.Select((size, axis) =>
            branches.Combine != BranchCombination.Concat ? Math.Max(size, b[axis]) : axis == (branches.Axis + a.Length) % a.Length ? size + b[axis] : size)]),
        _ => ManagedResizing.Output(layer, shape) ?? shape,
    });

    public static int Elements(int[] shape) => shape.Aggregate(1, (product, size) => product * size);

    private static void Walk(IEnumerable<Layer> layers, string prefix, int[] shape, List<PlacedLayer> found)
    {
        foreach (var (index, layer) in layers.Index())
        {
            var name = $"{prefix}{index}";
            found.Add(new PlacedLayer(name, layer, shape));
            foreach (var (list, layersInside) in layer.Inner())
            {
                Walk(layersInside, $"{name}.{list}.", shape, found);
            }

            shape = Output([layer], shape);
        }
    }
}
