using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Layers.Spatial;
using GradService.Domain.Networks.Parameters;
using GradService.Domain.Runs;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Statistics;
using GradService.Tests.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Runs.Torch;

/// <summary>A run that gives back what its graph does not hold: the same bits, and fewer tensors.</summary>
public sealed class SparingRunTests
{
    private const int Samples = 3;

    private static readonly NetworkSpec Spec = new()
    {
        InputShape = [2, 6, 6],
        Layers =
        [
            Convolution(), new BatchNorm(), new Identity(), new Relu(),
            new Residual { Layers = [new Identity(), Convolution(), new BatchNorm(), new Relu()], Shortcut = [Convolution(), new BatchNorm()] },
            new Residual { Layers = [new Identity()] }, new MaxPool2d { KernelSize = new PerAxis(2) }, new Flatten(), new Linear { OutFeatures = 2 },
        ],
        Seed = 5,
    };

    public static TheoryData<string> Modes { get; } = ["train", "trainDetached", "eval", "movingAverage", "renorm", "reference"];

    [Theory]
    [MemberData(nameof(Modes))]
    public void Outputs_statistics_and_gradients_are_the_same_bits_and_fewer_tensors_are_left(string mode)
    {
        LibTorch.PrepareThread();
        var shape = NetworkShape.Infer(Spec, new Limits());
        using var network = Network.Of(ParameterValues.Of(Spec, shape));
        var found = BatchNormMode.Find(mode)!;
        var inputs = Values(1);
        var plan = RunPlan.Of(shape, new BatchNormSpec { Mode = found, ReferenceInputs = found.NeedsReference ? Values(2) : null }, Samples);
        var before = LivingTensors.OfThisThread;
        using var plain = TorchRun.Alone(plan, network, inputs, differentiable: true, CancellationToken.None);
        var ofPlain = LivingTensors.OfThisThread - before;
        using var sparing = TorchRun.Alone(plan, network, inputs, differentiable: true, CancellationToken.None, spares: true);
        Assert.InRange(LivingTensors.OfThisThread - before - ofPlain, 1, ofPlain - 20);
        Assert.Equal(plain.OutputValues.RawBytes.ToArray(), sparing.OutputValues.RawBytes.ToArray());
        Assert.Equal(Statistics(plan, plain), Statistics(plan, sparing));
        Assert.Equal(Gradient(plain), Gradient(sparing));
        Assert.Throws<InvalidOperationException>(() => sparing.Layers[0].Entering);
    }

    private static byte[] Statistics(RunPlan plan, TorchRun run) =>
        [.. BatchNormReport.Of(plan, run).Layers.SelectMany(layer => new[] { layer.Mean, layer.Variance, layer.RunningMean!, layer.RunningVariance! })
            .SelectMany(values => values.RawBytes.ToArray())];

    private static byte[] Gradient(TorchRun run)
    {
        using var scope = NewDisposeScope();
        return Autograd.VectorJacobianProduct(run.Outputs, Tensors.Ones(run.Outputs.shape, run.Outputs.dtype), run.Inputs).ToNdArray().RawBytes.ToArray();
    }

    private static NdArray Values(int seed) =>
        new(new Shape(Samples, 2, 6, 6), [.. Enumerable.Range(0, Samples * 72).Select(i => (float)Math.Sin(seed * i * i))]);

    private static Conv2d Convolution() => new() { OutChannels = 4, KernelSize = new PerAxis(3), Padding = new ConvolutionPadding(new PerAxis(1)) };
}
