using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>x · Φ(x), Φ the normal distribution function.</summary>
public sealed record Gelu : Activation
{
    /// <summary>Φ exactly, or by a hyperbolic tangent.</summary>
    public GeluApproximation Approximate { get; init; } = GeluApproximation.None;

    internal override long KeptCopies => Approximate == GeluApproximation.None ? 1 : 6;

    private protected override Tensor Apply(Tensor x) => Approximate == GeluApproximation.None ? x.gelu() : ByTanh(x);

    /// <summary>In primitive operations: the third derivative of libtorch's own is NaN where |x| is large.</summary>
    private static Tensor ByTanh(Tensor x)
    {
        var inner = x.Plus(x.Squared().Times(x).Times(0.044715)).Times(Math.Sqrt(2 / Math.PI));
        return x.Times(inner.tanh().Plus(1)).Times(0.5);
    }
}

/// <summary>How Φ is computed.</summary>
public enum GeluApproximation
{
    /// <summary>By the error function.</summary>
    None,

    /// <summary>½ (1 + tanh(√(2/π) (x + 0.044715 x³))).</summary>
    Tanh,
}
