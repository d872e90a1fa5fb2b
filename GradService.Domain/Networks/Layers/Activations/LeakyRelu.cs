using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>x where positive, else negativeSlope · x.</summary>
public sealed record LeakyRelu : Activation
{
    /// <summary>The slope on the negative side.</summary>
    public double NegativeSlope { get; init; } = 0.01;

    private protected override IReadOnlyList<double> Kinks => [0];

    private protected override Tensor Apply(Tensor x) => x.LeakyRelu(NegativeSlope);
}
