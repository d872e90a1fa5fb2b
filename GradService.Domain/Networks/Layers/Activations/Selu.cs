using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>Scaled exponential linear unit with PyTorch's constants (Klambauer et al., 2017).</summary>
public sealed record Selu : Activation
{
    private protected override IReadOnlyList<double> Kinks => [0];

    private protected override Tensor Apply(Tensor x) => x.selu();
}
