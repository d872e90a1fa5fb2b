using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>x / (1 + e⁻ˣ), also called swish.</summary>
public sealed record Silu : Activation
{
    private protected override Tensor Apply(Tensor x) => x.silu();
}
