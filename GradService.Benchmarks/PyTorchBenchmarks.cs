using BenchmarkDotNet.Attributes;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Native;

namespace GradService.Benchmarks;

/// <summary>
/// The figures beside <c>torch.autograd.functional.jacobian</c> (jacobian.py): 3,000 samples, float64. Every method gives numbers that
/// PyTorch gets from that one call.
/// </summary>
[InProcess]
[MemoryDiagnoser]
[IterationCount(7)]
[WarmupCount(3)]
public class PyTorchBenchmarks
{
    private const int Samples = 3_000;

    private static readonly GradientService Service = DomainServices.Gradients();
    private GradientRequest _forum = null!;
    private GradientRequest _three = null!;
    private GradientRequest _dense = null!;
    private GradientRequest _second = null!;

    [GlobalSetup]
    public void Prepare()
    {
        LibTorch.PrepareThread();
        _forum = Networks.Ask(Networks.Forum, Samples, new PerSample());
        _three = Networks.Ask(Networks.ThreeBatchNorms, Samples, new PerSample());
        _dense = Networks.Ask(Networks.Forum, Samples, new Jacobian());
        _second = Networks.Ask(Networks.Forum, Samples, new Derivatives { Order = 2 });
    }

    [Benchmark(Baseline = true)]
    public GradientResult PerSampleForum() => Service.Differentiate(_forum, CancellationToken.None);

    [Benchmark]
    public GradientResult PerSampleThreeBatchNorms() => Service.Differentiate(_three, CancellationToken.None);

    [Benchmark]
    public GradientResult DenseJacobianForum() => Service.Differentiate(_dense, CancellationToken.None);

    [Benchmark]
    public GradientResult SecondDerivativesForum() => Service.Differentiate(_second, CancellationToken.None);
}
