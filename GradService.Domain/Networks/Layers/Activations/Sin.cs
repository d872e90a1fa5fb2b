using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>The sine.</summary>
public sealed record Sin : Activation
{
    private protected override Tensor Apply(Tensor x) => x.sin();
}
