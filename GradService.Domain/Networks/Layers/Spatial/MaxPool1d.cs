namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>The largest value under each window of one spatial axis of samples [C, L], as nn.MaxPool1d.</summary>
public sealed record MaxPool1d : MaxPool
{
    private protected override int Axes => 1;
}
