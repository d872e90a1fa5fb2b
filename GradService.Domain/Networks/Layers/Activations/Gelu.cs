using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>x · Φ(x), Φ the normal distribution function.</summary>
public sealed record Gelu : Activation
{
    /// <summary>Φ exactly, or by a hyperbolic tangent.</summary>
    public GeluApproximation Approximate { get; init; } = GeluApproximation.None;

    private protected override Tensor Apply(Tensor x) =>
        x.gelu(Approximate == GeluApproximation.None ? GELU.Approximate.none : GELU.Approximate.tanh);
}

/// <summary>How Φ is computed.</summary>
public enum GeluApproximation
{
    /// <summary>By the error function.</summary>
    None,

    /// <summary>½ (1 + tanh(√(2/π) (x + 0.044715 x³))).</summary>
    Tanh,
}
