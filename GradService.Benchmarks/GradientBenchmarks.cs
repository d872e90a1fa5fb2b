using BenchmarkDotNet.Attributes;
using GradService.Domain.Arrays;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Statistics;

namespace GradService.Benchmarks;

/// <summary>The forum's network, without HTTP: what each kind of gradient costs beside a forward pass.</summary>
[InProcess]
[MemoryDiagnoser]
public class GradientBenchmarks
{
    private static readonly GradientService Service = DomainServices.Gradients();
    private ForwardRequest _forward = null!;
    private GradientRequest _sum = null!;
    private GradientRequest _detached = null!;
    private GradientRequest _own = null!;

    [Params(100, 1_000)]
    public int Samples { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        LibTorch.PrepareThread();
        var network = new NetworkSpec
        {
            InputShape = [1],
            Layers = [new Linear { OutFeatures = 10 }, new Tanh(), new BatchNorm { Affine = false }, new Linear { OutFeatures = 1 }],
            Seed = 7,
        };
        var inputs = new NdArray(new Shape(Samples, 1), [.. Enumerable.Range(0, Samples).Select(i => i / (Samples - 1.0))]);
        _forward = new ForwardRequest { Network = network, Inputs = inputs };
        _sum = Ask("train", new Sum());
        _detached = Ask("trainDetached", new PerSample());
        _own = Ask("train", new PerSample());

        GradientRequest Ask(string mode, Question question) => new()
        {
            Network = network,
            Inputs = inputs,
            BatchNorm = new BatchNormSpec { Mode = BatchNormMode.Find(mode)! },
            Gradient = question,
        };
    }

    [Benchmark(Baseline = true)]
    public ForwardResult Forward() => Service.Forward(_forward, CancellationToken.None);

    [Benchmark]
    public GradientResult SumInTrain() => Service.Differentiate(_sum, CancellationToken.None);

    [Benchmark]
    public GradientResult PerSampleInTrainDetached() => Service.Differentiate(_detached, CancellationToken.None);

    [Benchmark]
    public GradientResult PerSampleInTrainRowByRow() => Service.Differentiate(_own, CancellationToken.None);
}
