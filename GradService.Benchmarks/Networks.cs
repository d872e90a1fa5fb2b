using GradService.Domain.Arrays;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Layers.Spatial;
using GradService.Domain.Statistics;

namespace GradService.Benchmarks;

/// <summary>The networks that the benchmarks ask, float64, seed 7.</summary>
public static class Networks
{
    /// <summary>Linear 1→10, Tanh, BatchNorm, Linear 10→1.</summary>
    public static NetworkSpec Forum { get; } = new()
    {
        InputShape = [1],
        Layers = [new Linear { OutFeatures = 10 }, new Tanh(), new BatchNorm { Affine = false }, new Linear { OutFeatures = 1 }],
        Dtype = Dtype.Float64,
        Seed = 7,
    };

    /// <summary>Three times Linear 20, Tanh, BatchNorm, then Linear 20→1.</summary>
    public static NetworkSpec ThreeBatchNorms { get; } = new()
    {
        InputShape = [1],
        Layers =
        [
            new Linear { OutFeatures = 20 }, new Tanh(), new BatchNorm(),
            new Linear { OutFeatures = 20 }, new Tanh(), new BatchNorm(),
            new Linear { OutFeatures = 20 }, new Tanh(), new BatchNorm(),
            new Linear { OutFeatures = 1 },
        ],
        Dtype = Dtype.Float64,
        Seed = 7,
    };

    /// <summary>Two convolutions of 4 channels with BatchNorm2d over 1×8×8 images, then Linear→1.</summary>
    public static NetworkSpec Convolutional { get; } = new()
    {
        InputShape = [1, 8, 8],
        Layers =
        [
            Convolution(), new BatchNorm(), new Tanh(),
            Convolution(), new BatchNorm(), new Tanh(),
            new AdaptiveAvgPool2d { OutputSize = new PerAxis(1) }, new Flatten(), new Linear { OutFeatures = 1 },
        ],
        Dtype = Dtype.Float64,
        Seed = 7,
    };

    public static NetworkSpec Named(string name) => name switch
    {
        nameof(Forum) => Forum,
        nameof(ThreeBatchNorms) => ThreeBatchNorms,
        _ => Convolutional,
    };

    /// <summary>The question about so many samples, evenly spaced in 0 to 1 where one number makes a sample, else drawn.</summary>
    public static GradientRequest Ask(NetworkSpec network, int samples, Question question, string mode = "train")
    {
        var shape = new Shape([samples, .. network.InputShape.Select(size => (long)size)]);
        var random = new Random(1);
        return new GradientRequest
        {
            Network = network,
            Inputs = new NdArray(shape,
                [.. Enumerable.Range(0, (int)shape.Elements).Select(i => shape.Elements == samples ? i / (samples - 1.0) : random.NextDouble())]),
            BatchNorm = new BatchNormSpec { Mode = BatchNormMode.Find(mode)! },
            Gradient = question,
        };
    }

    private static Conv2d Convolution() => new() { OutChannels = 4, KernelSize = new PerAxis(3), Padding = new ConvolutionPadding(new PerAxis(1)) };
}
