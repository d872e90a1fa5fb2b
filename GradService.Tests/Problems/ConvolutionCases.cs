using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Layers.Spatial;

namespace GradService.Tests.Problems;

/// <summary>Convolutions over one to three axes with every field, alone, before BatchNorm, and as the shortcut of a block.</summary>
internal static class ConvolutionCases
{
    public static IReadOnlyList<LayerCase> All { get; } =
    [
        new("conv1d", [2, 5], new Conv1d { OutChannels = 3, KernelSize = new(3) }),
        new("conv1d", [1, 4], new Conv1d { OutChannels = 1, KernelSize = new(4), Bias = false }),
        new("conv1d", [2, 7], new Conv1d { OutChannels = 2, KernelSize = new(3), Stride = new(2), Padding = Zeros(1), Dilation = new(2) }),
        new("conv1d", [2, 5], new Conv1d { OutChannels = 2, KernelSize = new(2), Padding = Same }),
        new("conv1d", [1, 6], new Conv1d { OutChannels = 2, KernelSize = new(4), Padding = Same, Dilation = new(3) }),
        new("conv1d", [4, 3], new Conv1d { OutChannels = 6, KernelSize = new(2), Groups = 2 }),
        new("conv1d", [3, 3], new Conv1d { OutChannels = 3, KernelSize = new(3), Padding = Zeros(2), Groups = 3 }),
        new("conv1d", [2, 6], new Conv1d { OutChannels = 2, KernelSize = new(3) }, new BatchNorm(), new Tanh(), new Flatten(), new Linear { OutFeatures = 2 }),
        new("conv2d", [2, 3, 4], new Conv2d { OutChannels = 2, KernelSize = new(2) }),
        new("conv2d", [1, 5, 4], new Conv2d
        {
            OutChannels = 2,
            KernelSize = new(3, 2),
            Stride = new(2, 1),
            Padding = new(new PerAxis(1, 0)),
            Dilation = new(1, 2),
        }),
        new("conv2d", [1, 3, 4], new Conv2d { OutChannels = 1, KernelSize = new(2, 4), Padding = Same, Bias = false }),
        new("conv2d", [2, 3, 3], new Conv2d { OutChannels = 2, KernelSize = new(3, 2), Padding = Same, Dilation = new(1, 2), Groups = 2 }),
        new("conv2d", [2, 3, 3], new Conv2d { OutChannels = 2, KernelSize = new(2) }, new BatchNorm(), new Silu(), new Conv2d
        {
            OutChannels = 1,
            KernelSize = new(2),
        }),
        new("conv3d", [1, 2, 3, 3], new Conv3d { OutChannels = 2, KernelSize = new(2) }),
        new("conv3d", [2, 2, 2, 3], new Conv3d
        {
            OutChannels = 2,
            KernelSize = new(1, 2, 3),
            Stride = new(2, 1, 2),
            Padding = new(new PerAxis(0, 1, 1)),
            Groups = 2,
        }),
        new("conv3d", [1, 2, 2, 3], new Conv3d { OutChannels = 1, KernelSize = new(2, 3, 2), Padding = Same, Dilation = new(1, 1, 2) }),
        new("conv3d", [1, 2, 2, 2], new Conv3d { OutChannels = 2, KernelSize = new(1, 2, 2) }, new BatchNorm(), new Tanh(), new Flatten(),
            new Linear { OutFeatures = 2 }),
        new("residual", [2, 4], new Residual { Layers = [new Conv1d { OutChannels = 2, KernelSize = new(3), Padding = Same }, new BatchNorm(), new Tanh()] }),
        new("residual", [1, 4, 4],
            new Residual
            {
                Layers = [new Conv2d { OutChannels = 2, KernelSize = new(3), Stride = new(2), Padding = Zeros(1) }, new BatchNorm(), new Silu(), new Conv2d
                {
                    OutChannels = 2,
                    KernelSize = new(1),
                }],
                Shortcut = [new Conv2d { OutChannels = 2, KernelSize = new(1), Stride = new(2), Bias = false }, new BatchNorm()],
            },
            new Sin()),
    ];

    private static ConvolutionPadding Same => new(Amount: null);

    private static ConvolutionPadding Zeros(int amount) => new(new PerAxis(amount));
}
