using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Layers.Spatial;
using GradService.Domain.Networks.Parameters;
using GradService.Domain.Statistics;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Gradients;

/// <summary>ResNet-50 as He et al. have it (arXiv:1512.03385), four images of 3×224×224: no limit refuses what a usual machine does in seconds.</summary>
public sealed class ResidualPriceTests
{
    private static readonly NetworkSpec ResNet50 = new()
    {
        InputShape = [3, 224, 224],
        Layers =
        [
            Convolution(64, 7, 2), new BatchNorm(), new Relu(),
            new MaxPool2d { KernelSize = new PerAxis(3), Stride = new PerAxis(2), Padding = new PerAxis(1) },
            .. Stage(64, 3, 1), .. Stage(128, 4, 2), .. Stage(256, 6, 2), .. Stage(512, 3, 2),
            new AdaptiveAvgPool2d { OutputSize = new PerAxis(1) }, new Flatten(), new Linear { OutFeatures = 1000 },
        ],
        Seed = 0,
    };

    [Theory]
    [InlineData("train")]
    [InlineData("trainDetached")]
    [InlineData("eval")]
    public void Outputs_sum_and_vjp_are_within_the_default_limits(string mode)
    {
        var service = DomainServices.Gradients();
        var forward = new ForwardRequest
        {
            Network = ResNet50,
            Inputs = new NdArray(new Shape(4, 3, 224, 224), new float[4 * 3 * 224 * 224]),
            BatchNorm = new BatchNormSpec { Mode = BatchNormMode.Find(mode)! },
        };
        using var outputs = service.QuoteForward(forward);
        foreach (var question in new Question[] { new Sum(), new Vjp { Cotangent = new NdArray(new Shape(4, 1000), new float[4000]) } })
        {
            using var asked = service.QuoteGradient(
                new GradientRequest { Network = forward.Network, Inputs = forward.Inputs, BatchNorm = forward.BatchNorm, Gradient = question });
            Assert.InRange(asked.Cost.NativeBytes, 500L << 20, 2L << 30);
        }
    }

    [Fact]
    public void It_has_the_parameters_of_the_paper() => Assert.Equal(25_557_032, NetworkShape.Infer(ResNet50, new Limits()).Parameters
        .Where(parameter => parameter.Spec.Role == ParameterRole.Learnable).Sum(parameter => parameter.Spec.Shape.Elements));

    private static IEnumerable<Layer> Stage(int width, int blocks, int stride) => Enumerable.Range(0, blocks).SelectMany(block => new Layer[]
    {
        new Residual
        {
            Layers =
            [
                Convolution(width, 1, 1), new BatchNorm(), new Relu(), Convolution(width, 3, block == 0 ? stride : 1), new BatchNorm(), new Relu(),
                Convolution(4 * width, 1, 1), new BatchNorm(),
            ],
            Shortcut = block == 0 ? [Convolution(4 * width, 1, stride), new BatchNorm()] : null,
        },
        new Relu(),
    });

    private static Conv2d Convolution(int channels, int kernel, int stride) => new()
    {
        OutChannels = channels,
        KernelSize = new PerAxis(kernel),
        Stride = new PerAxis(stride),
        Padding = new ConvolutionPadding(new PerAxis(kernel / 2)),
        Bias = false,
    };
}
