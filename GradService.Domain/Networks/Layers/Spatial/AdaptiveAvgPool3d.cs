namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>Means of as many windows of three spatial axes of samples [C, D, H, W] as make the wanted size, as nn.AdaptiveAvgPool3d.</summary>
public sealed record AdaptiveAvgPool3d : AdaptiveAveragePool
{
    private protected override int Axes => 3;
}
