namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>Cross-correlation over three spatial axes of samples [C, D, H, W], as nn.Conv3d.</summary>
public sealed record Conv3d : Convolution
{
    private protected override int Axes => 3;
}
