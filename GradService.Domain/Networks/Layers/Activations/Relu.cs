using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>max(0, x).</summary>
public sealed record Relu : Activation
{
    private protected override IReadOnlyList<double> Kinks => [0];

    private protected override Tensor Apply(Tensor x) => x.relu();
}
