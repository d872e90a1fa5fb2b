namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>The mean under each window of two spatial axes of samples [C, H, W], as nn.AvgPool2d.</summary>
public sealed record AvgPool2d : AveragePool
{
    private protected override int Axes => 2;
}
