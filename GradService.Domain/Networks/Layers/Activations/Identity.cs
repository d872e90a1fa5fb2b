using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>x itself.</summary>
public sealed record Identity : Activation
{
    private protected override Tensor Apply(Tensor x) => x;
}
