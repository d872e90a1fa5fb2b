namespace GradService.Domain.Networks.Layers.Spatial;

/// <summary>Cross-correlation over one spatial axis of samples [C, L], as nn.Conv1d.</summary>
public sealed record Conv1d : Convolution
{
    private protected override int Axes => 1;
}
