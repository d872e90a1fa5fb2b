namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>The mean under each window of three spatial axes of samples [C, D, H, W], as nn.AvgPool3d.</summary>
public sealed record AvgPool3d : AveragePool
{
    private protected override int Axes => 3;
}
