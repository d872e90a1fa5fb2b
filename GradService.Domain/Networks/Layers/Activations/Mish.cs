using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>x · tanh(log(1 + eˣ)) (Misra, 2019).</summary>
public sealed record Mish : Activation
{
    internal override long KeptCopies => 5;

    private protected override Tensor Apply(Tensor x) => x.Times(x.Softplus(beta: 1, threshold: 20).tanh());
}
