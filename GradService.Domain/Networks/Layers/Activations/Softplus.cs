using System.ComponentModel.DataAnnotations;
using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>log(1 + e^(beta·x)) / beta, and x itself where beta·x exceeds the threshold.</summary>
public sealed record Softplus : Activation
{
    /// <summary>Sharpness of the bend.</summary>
    [Range(1e-6, 1e6)]
    public double Beta { get; init; } = 1;

    /// <summary>Where beta·x exceeds it, the function is taken to be linear.</summary>
    public double Threshold { get; init; } = 20;

    private protected override IReadOnlyList<double> Kinks => [Threshold / Beta];

    internal override long KeptCopies => 5;

    private protected override Tensor Apply(Tensor x) => x.Softplus(Beta, Threshold);
}
