using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>1 / (1 + e⁻ˣ).</summary>
public sealed record Sigmoid : Activation
{
    private protected override Tensor Apply(Tensor x) => x.sigmoid();
}
