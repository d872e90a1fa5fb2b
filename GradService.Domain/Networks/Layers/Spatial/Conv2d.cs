namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>Cross-correlation over two spatial axes of samples [C, H, W], as nn.Conv2d.</summary>
public sealed record Conv2d : Convolution
{
    private protected override int Axes => 2;
}
