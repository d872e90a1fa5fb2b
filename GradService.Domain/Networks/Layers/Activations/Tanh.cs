using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>Hyperbolic tangent.</summary>
public sealed record Tanh : Activation
{
    private protected override Tensor Apply(Tensor x) => x.tanh();
}
