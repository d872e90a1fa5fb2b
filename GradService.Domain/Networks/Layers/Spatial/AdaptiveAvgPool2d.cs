namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>Means of as many windows of two spatial axes of samples [C, H, W] as make the wanted size, as nn.AdaptiveAvgPool2d.</summary>
public sealed record AdaptiveAvgPool2d : AdaptiveAveragePool
{
    private protected override int Axes => 2;
}
