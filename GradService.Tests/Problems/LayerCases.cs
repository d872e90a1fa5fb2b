using GradService.Domain.Arrays;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;

namespace GradService.Tests.Problems;

/// <summary>Small networks around each layer, alone and with its options: the families' files list them.</summary>
internal static class LayerCases
{
    /// <summary>By the layer's name in the spec: the shape of a sample, and the layers around it.</summary>
    public static IReadOnlyList<LayerCase> All { get; } =
        [.. ActivationCases.All, .. NormalizationCases.All, .. ConvolutionCases.All, .. PoolingCases.All, .. ResizingCases.All, .. StructureCases.All];
}

/// <summary>A layer in a small network.</summary>
/// <param name="Type">The layer's name in the spec.</param>
/// <param name="InputShape">The shape of a sample.</param>
/// <param name="Layers">The network.</param>
internal sealed record LayerCase(string Type, int[] InputShape, params Layer[] Layers)
{
    /// <summary>Seven samples under mode train, dropout on.</summary>
    public Problem Problem()
    {
        var network = RandomParameters.Fill(new NetworkSpec { InputShape = InputShape, Layers = Layers, Dtype = Dtype.Float64 }, seed: 29);
        return new Problem(network, RandomProblems.Batch(new Random(31), network, 7).Doubles.ToArray(), 7, new BatchNormSpec { Mode = Train.Mode },
            DropoutSeed: 5);
    }
}
