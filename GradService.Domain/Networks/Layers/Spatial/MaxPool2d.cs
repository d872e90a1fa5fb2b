namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>The largest value under each window of two spatial axes of samples [C, H, W], as nn.MaxPool2d.</summary>
public sealed record MaxPool2d : MaxPool
{
    private protected override int Axes => 2;
}
