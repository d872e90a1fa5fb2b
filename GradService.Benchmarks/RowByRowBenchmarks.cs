using BenchmarkDotNet.Attributes;
using GradService.Domain.Budget;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Native;
using GradService.Domain.Separation;

namespace GradService.Benchmarks;

/// <summary>Own gradients and the batch Jacobian under batch statistics: by structure beside row by row, N² against N.</summary>
[InProcess]
[MemoryDiagnoser]
[InvocationCount(1)]
[IterationCount(5)]
[WarmupCount(1)]
public class RowByRowBenchmarks
{
    private static readonly GradientService Service = DomainServices.Gradients(new Limits { MaxResultBytes = 1L << 30 });
    private GradientRequest _rows = null!;
    private GradientRequest _structured = null!;
    private GradientRequest _factored = null!;
    private GradientRequest _dense = null!;

    [Params(nameof(Networks.Forum), nameof(Networks.ThreeBatchNorms), nameof(Networks.Convolutional))]
    public string Network { get; set; } = "";

    [Params(100, 1_000)]
    public int Samples { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        LibTorch.PrepareThread();
        var network = Networks.Named(Network);
        _rows = Networks.Ask(network, Samples, new PerSample { Strategy = Strategy.RowByRow });
        _structured = Networks.Ask(network, Samples, new PerSample { Strategy = Strategy.Structured });
        _factored = Networks.Ask(network, Samples, new Jacobian { Form = JacobianForm.Factored });
        _dense = Networks.Ask(network, Samples, new Jacobian());
    }

    [Benchmark(Baseline = true)]
    public GradientResult PerSampleRowByRow() => Service.Differentiate(_rows, CancellationToken.None);

    [Benchmark]
    public GradientResult PerSampleStructured() => Service.Differentiate(_structured, CancellationToken.None);

    [Benchmark]
    public GradientResult JacobianFactored() => Service.Differentiate(_factored, CancellationToken.None);

    [Benchmark]
    public GradientResult JacobianDense() => Service.Differentiate(_dense, CancellationToken.None);
}
