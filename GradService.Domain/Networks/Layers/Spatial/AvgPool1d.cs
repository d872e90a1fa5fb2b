namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>The mean under each window of one spatial axis of samples [C, L], as nn.AvgPool1d.</summary>
public sealed record AvgPool1d : AveragePool
{
    private protected override int Axes => 1;
}
