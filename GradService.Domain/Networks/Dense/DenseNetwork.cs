using System.Numerics;
using GradService.Domain.Arrays;
using GradService.Domain.Networks.Parameters;

namespace GradService.Domain.Networks.Dense;

/// <summary>
/// A network in managed memory: a chain of kernels, for networks over vectors whose layers all offer one. Never written to after
/// construction: any number of passes may use it at once.
/// </summary>
internal abstract class DenseNetwork
{
    /// <summary>Null where a layer has no kernel, or samples have more than one axis.</summary>
    public static DenseNetwork? Of(ParameterValues values) =>
        values.Shape.Input.Rank != 1 ? null
        : values.Shape.Dtype == Dtype.Float32 ? DenseNetwork<float>.Of(values)
        : DenseNetwork<double>.Of(values);
}

/// <inheritdoc/>
internal sealed class DenseNetwork<T> : DenseNetwork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private DenseNetwork(NetworkShape shape, IReadOnlyList<DenseLayer<T>> layers)
    {
        Shape = shape;
        Layers = layers;
        Widest = (int)shape.All.Aggregate(shape.Input.Elements, (widest, node) => Math.Max(widest, node.Output.Elements));
        Kept = layers.Sum(layer => layer.Kept);
    }

    public NetworkShape Shape { get; }

    /// <summary>Those that do something, in forward order.</summary>
    public IReadOnlyList<DenseLayer<T>> Layers { get; }

    /// <summary>The most units that there are between two layers.</summary>
    public int Widest { get; }

    /// <summary>Units that a pass keeps for the way back.</summary>
    public int Kept { get; }

    public static new DenseNetwork<T>? Of(ParameterValues values)
    {
        var layers = new List<DenseLayer<T>>();
        var kept = 0;
        foreach (var node in values.Shape.All)
        {
            switch (node.Layer.Dense<T>(node, name => values.Find(node, name)))
            {
                case null:
                    return null;
                case PassThrough<T>:
                    break;
                case var kernel:
                    layers.Add(new DenseLayer<T>(node, kernel, kept));
                    kept += layers[^1].Kept;
                    break;
            }
        }

        return new DenseNetwork<T>(values.Shape, layers);
    }
}

/// <summary>A layer of a dense network.</summary>
/// <param name="node">The layer in its place.</param>
/// <param name="kernel">What it does.</param>
/// <param name="firstKept">Units that the layers before keep.</param>
internal sealed class DenseLayer<T>(LayerNode node, IDenseKernel<T> kernel, int firstKept)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public LayerNode Node { get; } = node;

    public IDenseKernel<T> Kernel { get; } = kernel;

    public int FirstKept { get; } = firstKept;

    /// <summary>Units kept for the way back; of BatchNorm those that enter.</summary>
    public int Kept { get; } = kernel is IBlockKernel<T> block ? block.Kept : (int)node.Output.Elements;

    public int InputUnits { get; } = (int)node.Input.Elements;

    public int OutputUnits { get; } = (int)node.Output.Elements;
}
