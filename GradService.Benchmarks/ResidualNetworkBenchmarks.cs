using BenchmarkDotNet.Attributes;
using GradService.Domain.Arrays;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Layers.Spatial;

namespace GradService.Benchmarks;

/// <summary>
/// A small ResNet with three BatchNorm2d layers over 32 images of 3×32×32, float32, mode train; residual_network.py beside this
/// file does the same in PyTorch.
/// </summary>
[InProcess]
[MemoryDiagnoser]
public class ResidualNetworkBenchmarks
{
    private const int Samples = 32;
    private const int Classes = 10;

    private static readonly GradientService Service = DomainServices.Gradients();
    private ForwardRequest _forward = null!;
    private GradientRequest _sum = null!;
    private GradientRequest _vjp = null!;
    private GradientRequest _jvp = null!;

    [GlobalSetup]
    public void Prepare()
    {
        LibTorch.PrepareThread();
        var random = new Random(1);
        _forward = new ForwardRequest
        {
            Network = new NetworkSpec
            {
                InputShape = [3, 32, 32],
                Layers =
                [
                    Convolution(16), new BatchNorm(), new Relu(),
                    new Residual { Layers = [Convolution(16), new BatchNorm(), new Relu(), Convolution(16), new BatchNorm()] },
                    new Relu(), new AdaptiveAvgPool2d { OutputSize = new PerAxis(1) }, new Flatten(), new Linear { OutFeatures = Classes },
                ],
                Seed = 0,
            },
            Inputs = Normal(new Shape(Samples, 3, 32, 32)),
        };
        _sum = Ask(new Sum());
        _vjp = Ask(new Vjp { Cotangent = Normal(new Shape(Samples, Classes)) });
        _jvp = Ask(new Jvp { Tangent = Normal(new Shape(Samples, 3, 32, 32)) });

        static Conv2d Convolution(int channels) =>
            new() { OutChannels = channels, KernelSize = new PerAxis(3), Padding = new ConvolutionPadding(new PerAxis(1)), Bias = false };
        NdArray Normal(Shape shape) =>
            new(shape, [.. Enumerable.Range(0, (int)shape.Elements)
                .Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))]);
        GradientRequest Ask(Question question) => new() { Network = _forward.Network, Inputs = _forward.Inputs, Gradient = question };
    }

    [Benchmark(Baseline = true)]
    public ForwardResult Forward() => Service.Forward(_forward, CancellationToken.None);

    [Benchmark]
    public GradientResult SumOfOutputs() => Service.Differentiate(_sum, CancellationToken.None);

    [Benchmark]
    public GradientResult VectorJacobian() => Service.Differentiate(_vjp, CancellationToken.None);

    [Benchmark]
    public GradientResult JacobianVector() => Service.Differentiate(_jvp, CancellationToken.None);
}
