using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;

namespace GradService.Tests.Problems;

/// <summary>BatchNorm and layerNorm with their options and shapes, a bend after them so that nothing cancels.</summary>
internal static class NormalizationCases
{
    public static IReadOnlyList<LayerCase> All { get; } =
    [
        new("batchNorm", [3], new BatchNorm(), new Tanh(), new Linear { OutFeatures = 2 }),
        new("batchNorm", [3], new BatchNorm { Affine = false, Eps = 0.1, Momentum = null }, new Tanh(), new Linear { OutFeatures = 2 }),
        new("batchNorm", [3], new BatchNorm { TrackRunningStats = false }, new Tanh(), new Linear { OutFeatures = 2 }),
        new("batchNorm", [2, 3], new BatchNorm(), new Tanh(), new Flatten(), new Linear { OutFeatures = 2 }),
        new("batchNorm", [2, 3, 2], new BatchNorm(), new Tanh(), new Flatten(), new Linear { OutFeatures = 2 }),
        new("batchNorm", [2, 1, 2, 2], new BatchNorm(), new Tanh(), new Flatten(), new Linear { OutFeatures = 2 }),
        new("layerNorm", [4], new LayerNorm(), new Tanh(), new Linear { OutFeatures = 2 }),
        new("layerNorm", [2, 3], new LayerNorm { Affine = false, Eps = 0.01 }, new Tanh(), new Flatten(), new Linear { OutFeatures = 2 }),
    ];
}
