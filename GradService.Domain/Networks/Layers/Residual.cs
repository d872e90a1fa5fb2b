using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers;

/// <summary>
/// shortcut(x) + f(x), f being the layers. Parameters are named "I.layers.J.…" and "I.shortcut.J.…", initialised and run in
/// that order.
/// </summary>
public sealed record Residual : Layer
{
    /// <summary>f, first layer to last; it must keep the shape, or give the shortcut's.</summary>
    [MinLength(1)]
    public required IReadOnlyList<Layer> Layers { get; init; }

    /// <summary>The layers of the other branch; absent: the identity.</summary>
    [MinLength(1)]
    public IReadOnlyList<Layer>? Shortcut { get; init; }

    internal override Linearity Linearity => Linearity.Affine;

    // The sum alone: the layers inside have prices of their own.
    internal override LayerWork Work(LayerNode node, Dtype dtype) => LayerWork.Elementwise(node.Output.Elements, dtype, 0.2, 0.2);

    // Those inside it are handed pieces of their own.
    internal override bool TreatsSamplesAlone => false;

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference)
    {
        var layers = inference.Chain(Layers, input, path, "layers");
        var shortcut = Shortcut is null ? null : inference.Chain(Shortcut, input, path, "shortcut");
        var output = layers[^1].Output;
        var other = shortcut?[^1].Output ?? input;
        if (!output.Equals(other))
        {
            throw new FaultException(Fault.Invalid($"network.{path.Field}", $"both branches of layer {path.Name} (residual) to give the same shape",
                $"{output} from layers and {other} from {(shortcut is null ? "the identity" : "shortcut")}",
                shortcut is null ? "Give a shortcut that ends in the shape of layers." : null));
        }

        return new LayerNode(this, path, input, output, [], shortcut is null ? [layers] : [layers, shortcut]);
    }

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass)
    {
        var through = pass.Through(node.Blocks[0], x);
        return (node.Blocks.Count > 1 ? pass.Through(node.Blocks[1], x) : x).Plus(through);
    }
}
