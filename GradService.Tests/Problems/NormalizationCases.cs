using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;

namespace GradService.Tests.Problems;

/// <summary>Layers that normalise, with their options and shapes, a bend after them so that nothing cancels.</summary>
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
        new("rmsNorm", [4], new RmsNorm(), new Tanh(), new Linear { OutFeatures = 2 }),
        new("rmsNorm", [2, 3], new RmsNorm { Affine = false }, new Tanh(), new Flatten(), new Linear { OutFeatures = 2 }),
        new("rmsNorm", [2, 2, 2], new RmsNorm { Eps = 0.1 }, new Tanh(), new Flatten(), new Linear { OutFeatures = 2 }),
        new("groupNorm", [6], new GroupNorm { Groups = 2 }, new Tanh(), new Linear { OutFeatures = 2 }),
        new("groupNorm", [4, 3], new GroupNorm { Groups = 2, Affine = false, Eps = 0.01 }, new Tanh()),
        new("groupNorm", [2, 3, 2], new GroupNorm { Groups = 2 }, new Tanh(), new Flatten(), new Linear { OutFeatures = 2 }),
        new("groupNorm", [2, 2, 2, 2], new GroupNorm { Groups = 1 }, new BatchNorm(), new Tanh(), new Flatten(), new Linear { OutFeatures = 2 }),
        new("instanceNorm", [2, 4], new InstanceNorm(), new Tanh()),
        new("instanceNorm", [2, 3, 2], new InstanceNorm { Affine = true, Eps = 0.01 }, new Tanh(), new Flatten(), new Linear { OutFeatures = 2 }),
        new("instanceNorm", [2, 1, 2, 3], new InstanceNorm { Affine = true }, new BatchNorm(), new Tanh(), new Flatten(), new Linear { OutFeatures = 2 }),
    ];
}
