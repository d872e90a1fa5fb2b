namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>The largest value under each window of three spatial axes of samples [C, D, H, W], as nn.MaxPool3d.</summary>
public sealed record MaxPool3d : MaxPool
{
    private protected override int Axes => 3;
}
