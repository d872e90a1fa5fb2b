using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Layers.Spatial;

namespace GradService.Tests.Problems;

/// <summary>Pooling over one to three axes: windows that overlap, leave gaps or reach into the padding, and sizes that do not divide.</summary>
internal static class PoolingCases
{
    public static IReadOnlyList<LayerCase> All { get; } =
    [
        new("maxPool1d", [2, 6], new MaxPool1d { KernelSize = new(2) }),
        new("maxPool1d", [1, 7], new MaxPool1d { KernelSize = new(3), Stride = new(2), Padding = new(1) }, new Tanh()),
        new("maxPool2d", [1, 4, 4], new MaxPool2d { KernelSize = new(2) }, new BatchNorm(), new Tanh()),
        new("maxPool2d", [2, 3, 4], new MaxPool2d { KernelSize = new(2, 3), Stride = new(1, 2), Padding = new(1, 0) }),
        new("maxPool3d", [1, 2, 2, 4], new MaxPool3d { KernelSize = new(2) }),
        new("maxPool3d", [1, 2, 3, 3], new MaxPool3d { KernelSize = new(1, 2, 3), Stride = new(1), Padding = new(0, 1, 1) }),
        new("avgPool1d", [2, 6], new AvgPool1d { KernelSize = new(2) }),
        new("avgPool1d", [1, 7], new AvgPool1d { KernelSize = new(3), Stride = new(2), Padding = new(1) }),
        new("avgPool2d", [1, 4, 5], new AvgPool2d { KernelSize = new(2) }, new BatchNorm(), new Tanh()),
        new("avgPool2d", [2, 3, 4], new AvgPool2d { KernelSize = new(2, 3), Stride = new(1, 2), Padding = new(1, 1) }),
        new("avgPool3d", [1, 2, 2, 4], new AvgPool3d { KernelSize = new(2) }),
        new("avgPool3d", [1, 2, 3, 3], new AvgPool3d { KernelSize = new(1, 2, 3), Stride = new(3, 1, 1), Padding = new(0, 1, 1) }),
        new("adaptiveAvgPool1d", [2, 6], new AdaptiveAvgPool1d { OutputSize = new(3) }),
        new("adaptiveAvgPool1d", [1, 5], new AdaptiveAvgPool1d { OutputSize = new(3) }),
        new("adaptiveAvgPool1d", [1, 2], new AdaptiveAvgPool1d { OutputSize = new(5) }),
        new("adaptiveAvgPool2d", [2, 3, 4], new AdaptiveAvgPool2d { OutputSize = new(1) }, new Flatten(), new Linear { OutFeatures = 2 }),
        new("adaptiveAvgPool2d", [1, 5, 4], new AdaptiveAvgPool2d { OutputSize = new(2, 3) }, new BatchNorm(), new Tanh()),
        new("adaptiveAvgPool3d", [1, 3, 2, 3], new AdaptiveAvgPool3d { OutputSize = new(2) }),
        new("adaptiveAvgPool3d", [2, 2, 3, 2], new AdaptiveAvgPool3d { OutputSize = new(1, 2, 3) }),
        new("adaptiveMaxPool1d", [2, 6], new AdaptiveMaxPool1d { OutputSize = new(3) }),
        new("adaptiveMaxPool1d", [1, 5], new AdaptiveMaxPool1d { OutputSize = new(3) }, new BatchNorm(), new Tanh()),
        new("adaptiveMaxPool1d", [1, 2], new AdaptiveMaxPool1d { OutputSize = new(5) }),
        new("adaptiveMaxPool2d", [2, 3, 4], new AdaptiveMaxPool2d { OutputSize = new(1) }, new Flatten(), new Linear { OutFeatures = 2 }),
        new("adaptiveMaxPool2d", [1, 5, 4], new AdaptiveMaxPool2d { OutputSize = new(2, 3) }, new BatchNorm(), new Tanh()),
        new("adaptiveMaxPool3d", [1, 3, 2, 3], new AdaptiveMaxPool3d { OutputSize = new(2) }),
        new("adaptiveMaxPool3d", [2, 2, 3, 2], new AdaptiveMaxPool3d { OutputSize = new(1, 2, 3) }, new Silu()),
    ];
}
