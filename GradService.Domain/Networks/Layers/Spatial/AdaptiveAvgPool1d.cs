namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>Means of as many windows of one spatial axis of samples [C, L] as make the wanted size, as nn.AdaptiveAvgPool1d.</summary>
public sealed record AdaptiveAvgPool1d : AdaptiveAveragePool
{
    private protected override int Axes => 1;
}
