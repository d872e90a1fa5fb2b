using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>Samples [C·r², H, W] as [C, H·r, W·r]: each r² channels become a square of r × r positions, as nn.PixelShuffle.</summary>
public sealed record PixelShuffle : Layer
{
    /// <summary>The factor r by which height and width grow.</summary>
    [Range(1, int.MaxValue)]
    public required int UpscaleFactor { get; init; }

    internal override Linearity Linearity => Linearity.Affine;

    internal override LayerWork Work(LayerNode node, Dtype dtype) => LayerWork.Single(2.5 * node.Output.Elements, 2.0 * node.Output.Elements);

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference)
    {
        if (input.Rank != 3)
        {
            throw Refuse(path, "samples of 3 axes, a channel's, height and width,", input);
        }

        var square = (long)UpscaleFactor * UpscaleFactor;
        if (input[0] % square != 0)
        {
            throw new FaultException(Fault.Invalid($"network.{path.Field}.upscaleFactor",
                $"a number whose square divides the {input[0]} channels that reach layer {path.Name} (pixelShuffle)", $"{UpscaleFactor}"));
        }

        return Node(path, input, new Shape(input[0] / square, input[1].SaturatingTimes(UpscaleFactor), input[2].SaturatingTimes(UpscaleFactor)));
    }

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass) => x.PixelShuffle(UpscaleFactor);
}
