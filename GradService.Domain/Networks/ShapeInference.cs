using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Faults;
using GradService.Domain.Networks.Layers;

namespace GradService.Domain.Networks;

/// <summary>Walks the layers in order, hands each the shape that reaches it, and counts layers and nesting on the way.</summary>
internal sealed class ShapeInference(Limits limits)
{
    private const int MaxRank = 8;
    private int _layers;

    /// <summary>The nodes of a list of layers run one after another.</summary>
    public IReadOnlyList<LayerNode> Chain(IReadOnlyList<Layer> layers, Shape input, LayerPath? parent, string list, int? branch = null)
    {
        var nodes = new List<LayerNode>(layers.Count);
        for (var index = 0; index < layers.Count; index++)
        {
            var path = new LayerPath(index, parent, list, branch);
            if (++_layers > limits.MaxLayers)
            {
                throw new FaultException(
                    Fault.Invalid("network.layers", $"at most {limits.MaxLayers} layers, those inside blocks counted (limit MaxLayers)", "more"));
            }

            if (path.Depth > limits.MaxNesting)
            {
                throw new FaultException(Fault.Invalid("network." + path.Field, $"blocks nested at most {limits.MaxNesting} deep (limit MaxNesting)",
                    $"{path.Depth}"));
            }

            LayerNumbers.Check(layers[index], path);
            var node = layers[index].Place(path, input, this);
            if (node.Output.Rank > MaxRank)
            {
                throw new FaultException(Fault.Invalid("network." + path.Field, $"a result of at most {MaxRank} axes per sample", $"{node.Output}"));
            }

            nodes.Add(node);
            input = node.Output;
        }

        return nodes;
    }
}
