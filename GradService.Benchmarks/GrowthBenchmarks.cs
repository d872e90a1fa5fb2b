using BenchmarkDotNet.Attributes;
using GradService.Domain.Budget;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Native;

namespace GradService.Benchmarks;

/// <summary>How time grows with the number of samples where the structure is used; a forward pass of the same batch is the baseline.</summary>
[InProcess]
[MemoryDiagnoser]
[InvocationCount(1)]
[IterationCount(7)]
[WarmupCount(3)]
public class GrowthBenchmarks
{
    private static readonly GradientService Service = DomainServices.Gradients(new Limits { MaxNativeBytes = 1L << 34, MaxResultBytes = 1L << 30 });
    private GradientRequest _perSample = null!;
    private GradientRequest _factored = null!;
    private GradientRequest _second = null!;

    [Params(nameof(Networks.Forum), nameof(Networks.ThreeBatchNorms))]
    public string Network { get; set; } = "";

    [Params(100, 1_000, 10_000, 100_000)]
    public int Samples { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        LibTorch.PrepareThread();
        var network = Networks.Named(Network);
        _perSample = Networks.Ask(network, Samples, new PerSample());
        _factored = Networks.Ask(network, Samples, new Jacobian { Form = JacobianForm.Factored });
        _second = Networks.Ask(Networks.Forum, Samples, new Derivatives { Order = 2 });
    }

    [Benchmark(Baseline = true)]
    public ForwardResult Forward() => Service.Forward(_perSample, CancellationToken.None);

    [Benchmark]
    public GradientResult PerSample() => Service.Differentiate(_perSample, CancellationToken.None);

    [Benchmark]
    public GradientResult JacobianFactored() => Service.Differentiate(_factored, CancellationToken.None);

    [Benchmark]
    public GradientResult SecondDerivativesOneBatchNorm() => Service.Differentiate(_second, CancellationToken.None);
}
