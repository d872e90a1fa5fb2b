using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Networks.Layers;

namespace GradService.Domain.Networks;

/// <summary>A network as it is described: layers in order, precision, and where its parameters come from.</summary>
public sealed record NetworkSpec : NetworkSource
{
    /// <summary>The shape of one sample, without the batch axis.</summary>
    [MinLength(1), MaxLength(8)]
    public required IReadOnlyList<int> InputShape { get; init; }

    /// <summary>The layers, first to last, as in PyTorch's nn.Sequential; input sizes are inferred.</summary>
    [MinLength(1)]
    public required IReadOnlyList<Layer> Layers { get; init; }

    /// <summary>The precision of parameters, inputs and results.</summary>
    public Dtype Dtype { get; init; } = Dtype.Float32;

    /// <summary>
    /// Initialises the parameters as PyTorch does for nn.Sequential of the same layers after torch.manual_seed(seed): the same
    /// numbers, drawn in float32 and then cast to dtype. Absent: 0 without parameters; with parameters, nothing is drawn and all
    /// must be given.
    /// </summary>
    public long? Seed { get; init; }

    /// <summary>
    /// Values instead of, or over, the seeded ones, by the names of PyTorch's state_dict: "0.weight", "2.running_mean",
    /// "4.layers.0.bias". NaN and infinities are given as the strings "NaN", "Infinity" and "-Infinity".
    /// </summary>
    public IReadOnlyDictionary<string, NdArray>? Parameters { get; init; }
}
