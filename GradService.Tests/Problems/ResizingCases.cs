using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Layers.Spatial;

namespace GradService.Tests.Problems;

/// <summary>Layers that make samples larger over one to three axes: transposed convolutions, upsampling, padding, and channels turned into positions.</summary>
internal static class ResizingCases
{
    public static IReadOnlyList<LayerCase> All { get; } =
    [
        new("convTranspose1d", [2, 3], new ConvTranspose1d { OutChannels = 3, KernelSize = new(3) }),
        new("convTranspose1d", [2, 3], new ConvTranspose1d { OutChannels = 2, KernelSize = new(2), Stride = new(3), OutputPadding = new(2), Bias = false }),
        new("convTranspose1d", [2, 4], new ConvTranspose1d { OutChannels = 1, KernelSize = new(3), Padding = new(2), Dilation = new(2) }, new BatchNorm(),
            new Tanh()),
        new("convTranspose1d", [4, 2], new ConvTranspose1d { OutChannels = 6, KernelSize = new(2), Groups = 2 }),
        new("convTranspose1d", [1, 1], new ConvTranspose1d { OutChannels = 2, KernelSize = new(1), Dilation = new(3), OutputPadding = new(2) }),
        new("convTranspose2d", [2, 2, 2], new ConvTranspose2d { OutChannels = 2, KernelSize = new(4), Stride = new(2), Padding = new(1) }, new BatchNorm(),
            new Silu()),
        new("convTranspose2d", [1, 3, 2], new ConvTranspose2d
        {
            OutChannels = 2,
            KernelSize = new(3, 2),
            Stride = new(2, 1),
            Padding = new(1, 0),
            OutputPadding = new(1, 1),
            Dilation = new(1, 2),
        }),
        new("convTranspose2d", [4, 2, 1], new ConvTranspose2d { OutChannels = 2, KernelSize = new(2, 3), Groups = 2, Bias = false }, new Tanh()),
        new("convTranspose3d", [1, 2, 1, 2], new ConvTranspose3d { OutChannels = 2, KernelSize = new(2) }),
        new("convTranspose3d", [2, 2, 2, 1], new ConvTranspose3d
        {
            OutChannels = 4,
            KernelSize = new(1, 2, 3),
            Stride = new(2, 1, 2),
            Padding = new(0, 1, 1),
            OutputPadding = new(1, 0, 1),
            Groups = 2,
        }, new Tanh()),
        new("upsample", [2, 3], new Upsample { ScaleFactor = new(2) }),
        new("upsample", [1, 7], new Upsample { ScaleFactor = new(1.6) }),
        new("upsample", [1, 7], new Upsample { Size = new(11) }),
        new("upsample", [1, 5], new Upsample { ScaleFactor = new(0.6) }, new BatchNorm(), new Tanh()),
        new("upsample", [1, 7], new Upsample { ScaleFactor = new(1.6), Mode = UpsampleMode.Linear }),
        new("upsample", [1, 7], new Upsample { Size = new(11), Mode = UpsampleMode.Linear }),
        new("upsample", [1, 4], new Upsample { ScaleFactor = new(2), Mode = UpsampleMode.Linear, AlignCorners = true }, new BatchNorm(), new Tanh()),
        new("upsample", [2, 3], new Upsample { Size = new(1), Mode = UpsampleMode.Linear, AlignCorners = true }),
        new("upsample", [2, 3], new Upsample { ScaleFactor = new(1.3), Mode = UpsampleMode.Linear }),
        new("upsample", [1, 2, 3], new Upsample { ScaleFactor = new(2, 1.5) }),
        new("upsample", [1, 2, 3], new Upsample { ScaleFactor = new(1.5, 2.5), Mode = UpsampleMode.Bilinear }, new Tanh()),
        new("upsample", [1, 4, 3], new Upsample { Size = new(3, 5), Mode = UpsampleMode.Bilinear, AlignCorners = true }),
        new("upsample", [1, 3, 4], new Upsample { ScaleFactor = new(1.7), Mode = UpsampleMode.Bicubic }),
        new("upsample", [1, 3, 3], new Upsample { Size = new(2, 5), Mode = UpsampleMode.Bicubic, AlignCorners = true }),
        new("upsample", [1, 2, 1, 2], new Upsample { Size = new(3, 2, 4) }),
        new("upsample", [1, 2, 2, 1], new Upsample { ScaleFactor = new(1.5), Mode = UpsampleMode.Trilinear }),
        new("upsample", [1, 2, 1, 2], new Upsample { Size = new(3, 2, 4), Mode = UpsampleMode.Trilinear, AlignCorners = true }),
        new("pad", [2, 3], new Pad { Padding = new(1) }),
        new("pad", [2, 3], new Pad { Padding = new(2, 0) }, new Linear { OutFeatures = 2 }),
        new("pad", [3], new Pad { Padding = new(1, 2) }),
        new("pad", [2, 2, 3], new Pad { Padding = new(-1, 1, 0, 0, 1, 2) }, new BatchNorm(), new Tanh()),
        new("pad", [1, 4], new Pad { Padding = new(3, 2), Mode = PadMode.Reflect }),
        new("pad", [1, 3, 2], new Pad { Padding = new(1, 0, 2, 1), Mode = PadMode.Reflect }, new Tanh()),
        new("pad", [1, 2, 2, 3], new Pad { Padding = new(1), Mode = PadMode.Reflect }),
        new("pad", [2, 2], new Pad { Padding = new(3, 1), Mode = PadMode.Replicate }),
        new("pad", [1, 2, 3], new Pad { Padding = new(2), Mode = PadMode.Replicate }, new BatchNorm(), new Tanh()),
        new("pad", [1, 2, 1, 2], new Pad { Padding = new(1, 2, 0, 1, 1, 1), Mode = PadMode.Replicate }),
        new("pad", [1, 3], new Pad { Padding = new(3, 2), Mode = PadMode.Circular }, new Conv1d { OutChannels = 2, KernelSize = new(3) }),
        new("pad", [1, 2, 3], new Pad { Padding = new(1, 2), Mode = PadMode.Circular }),
        new("pad", [1, 2, 1, 2], new Pad { Padding = new(1), Mode = PadMode.Circular }, new Tanh()),
        new("pixelShuffle", [4, 2, 1], new PixelShuffle { UpscaleFactor = 2 }),
        new("pixelShuffle", [8, 1, 2], new PixelShuffle { UpscaleFactor = 2 }, new BatchNorm(), new Tanh()),
        new("pixelShuffle", [2, 1, 2], new PixelShuffle { UpscaleFactor = 1 }, new Sin()),
    ];
}
