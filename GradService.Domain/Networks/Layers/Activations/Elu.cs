using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>x where positive, else alpha · (eˣ − 1).</summary>
public sealed record Elu : Activation
{
    /// <summary>The depth on the negative side.</summary>
    public double Alpha { get; init; } = 1;

    // Smooth where alpha is 1, but for the second derivative.
    private protected override IReadOnlyList<double> Kinks => Alpha == 1 ? [] : [0];

    private protected override Tensor Apply(Tensor x) => x.Elu(Alpha);
}
