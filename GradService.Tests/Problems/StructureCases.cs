using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;

namespace GradService.Tests.Problems;

/// <summary>Layers that shape, drop, join or spread.</summary>
internal static class StructureCases
{
    public static IReadOnlyList<LayerCase> All { get; } =
    [
        new("linear", [3], new Linear { OutFeatures = 2 }),
        new("linear", [3], new Linear { OutFeatures = 2, Bias = false }),
        new("linear", [2, 2, 3], new Linear { OutFeatures = 1 }),
        new("flatten", [2, 3], new Flatten(), new Linear { OutFeatures = 2 }),
        new("flatten", [2], new Flatten()),
        new("unflatten", [6], new Unflatten { Shape = [2, 3] }, new BatchNorm(), new Tanh(), new Linear { OutFeatures = 2 }),
        new("unflatten", [2, 3], new Unflatten { Shape = [3, 1, 2] }, new Tanh()),
        new("permute", [2, 3], new Permute { Dims = [1, 0] }, new BatchNorm(), new Tanh(), new Linear { OutFeatures = 1 }),
        new("permute", [2, 1, 3], new Permute { Dims = [2, 0, 1] }),
        new("permute", [3], new Permute { Dims = [0] }),
        new("dropout", [4], new Linear { OutFeatures = 4 }, new Dropout(), new Linear { OutFeatures = 2 }),
        new("dropout", [4], new Dropout { P = 0.25 }, new Tanh(), new Dropout { P = 0 }, new Dropout { P = 0.75 }),
        new("dropout", [2], new Linear { OutFeatures = 2 }, new Dropout { P = 1 }, new Linear { OutFeatures = 2 }),
        new("residual", [3], new Residual { Layers = [new Linear { OutFeatures = 3 }, new Tanh()] }),
        new("residual", [3], new Residual
        {
            Layers = [new BatchNorm(), new Linear { OutFeatures = 2 }],
            Shortcut = [new Linear { OutFeatures = 2 }, new BatchNorm()],
        }, new Sin()),
        new("residual", [2], new Residual
        {
            Layers = [new Tanh(), new Residual { Layers = [new BatchNorm(), new Dropout(), new Silu()] }],
            Shortcut = [new Dropout(), new Linear { OutFeatures = 2 }],
        }),
        new("branches", [3], new Branches
        {
            Combine = BranchCombination.Concat,
            Layers = [[], [new Linear { OutFeatures = 2 }, new BatchNorm()], [new Dropout(), new Tanh()]],
        }, new Linear { OutFeatures = 2 }),
        new("branches", [2, 3], new Branches { Combine = BranchCombination.Concat, Axis = -1, Layers = [[new Linear { OutFeatures = 1 }], []] },
            new BatchNorm()),
        new("branches", [3], new Branches
        {
            Combine = BranchCombination.Multiply,
            Layers = [[new Linear { OutFeatures = 4 }, new BatchNorm()], [new Linear { OutFeatures = 1 }, new Sigmoid()], [new Linear { OutFeatures = 4 }]],
        }),
        new("branches", [2], new Branches { Combine = BranchCombination.Add, Layers = [[new Sin()], [new BatchNorm()], []] }, new Tanh()),
        new("branches", [2], new Branches { Combine = BranchCombination.Multiply, Layers = [[new Tanh()]] }, new Linear { OutFeatures = 2 }),
        new("scale", [3], new Linear { OutFeatures = 3 }, new Scale { Value = 0.5 }, new Tanh()),
        new("scale", [2, 3], new Scale { Value = -1.5, Learnable = false }, new Sin()),
        new("fourierFeatures", [2], new FourierFeatures { Count = 3 }, new Linear { OutFeatures = 2 }),
        new("fourierFeatures", [2, 2], new FourierFeatures { Count = 2, Scale = 3 }, new BatchNorm(), new Tanh()),
    ];
}
