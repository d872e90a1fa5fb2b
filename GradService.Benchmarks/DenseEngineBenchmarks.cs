using BenchmarkDotNet.Attributes;
using GradService.Domain.Arrays;
using GradService.Domain.Catalog;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Native;

namespace GradService.Benchmarks;

/// <summary>A request about the forum's network under mode train, findings and all, by tensors and by the dense engine.</summary>
[InProcess]
[MemoryDiagnoser]
public class DenseEngineBenchmarks
{
    private static GradientService Service { get; set; } = null!;
    private GradientRequest _sum = null!;
    private GradientRequest _own = null!;

    [Params(10, 100, 1_000, 10_000)]
    public int Samples { get; set; }

    [Params(Dtype.Float32, Dtype.Float64)]
    public Dtype Dtype { get; set; }

    [Params("tensor", "dense")]
    public string Engine { get; set; } = "dense";

    [GlobalSetup]
    public void Prepare()
    {
        LibTorch.PrepareThread();
        Service = DomainServices.Gradients(engine: new EngineOptions { Dense = Engine == "dense" });
        var network = Networks.Forum with { Dtype = Dtype };
        _sum = Networks.Ask(network, Samples, new Sum());
        _own = Networks.Ask(network, Samples, new PerSample());
    }

    [Benchmark]
    public GradientResult Sum() => Service.Differentiate(_sum, CancellationToken.None);

    [Benchmark]
    public GradientResult PerSample() => Service.Differentiate(_own, CancellationToken.None);
}
