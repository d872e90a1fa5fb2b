using BenchmarkDotNet.Attributes;
using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Networks.Parameters;
using GradService.Domain.Runs.Managed;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Runs;
using GradService.Domain.Separation;
using static TorchSharp.torch;

namespace GradService.Benchmarks;

/// <summary>Where the time of one request goes: kind sum under mode train, the forum's network in float32, without HTTP.</summary>
[InProcess]
[MemoryDiagnoser]
public class RequestStagesBenchmarks : IDisposable
{
    private static readonly GradientService Service = DomainServices.Gradients();
    private static readonly GradientService Tensors = DomainServices.Gradients(engine: new EngineOptions { Dense = false, NetworkCacheBytes = 0 });

    private NetworkSpec _spec = null!;
    private NetworkShape _shape = null!;
    private BuiltNetwork _network = null!;
    private DenseNetwork<float> _dense = null!;
    private GradientRequest _request = null!;
    private ParameterValues _values = null!;
    private RunPlan _plan = null!;
    private ManagedRun<float> _run = null!;

    [Params(100, 10_000)]
    public int Samples { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        LibTorch.PrepareThread();
        _spec = Networks.Forum with { Dtype = Dtype.Float32 };
        _shape = NetworkShape.Infer(_spec, new Limits());
        _values = ParameterValues.Of(_spec, _shape);
        _network = new BuiltNetwork(_values, dense: true);
        _dense = (DenseNetwork<float>)_network.Dense!;
        _request = Networks.Ask(_spec, Samples, new Sum());
        _plan = RunPlan.Of(_shape, _request.BatchNorm, Samples);
        _run = ManagedRun<float>.TryRun(_plan, _dense, _request.Inputs, CancellationToken.None)!;
    }

    [Benchmark(Baseline = true)]
    public GradientResult Request() => Service.Differentiate(_request, CancellationToken.None);

    [Benchmark]
    public GradientResult RequestByTensorsNothingKept() => Tensors.Differentiate(_request, CancellationToken.None);

    [Benchmark]
    public string Hash() => SpecHash.Of(_spec);

    [Benchmark]
    public object InferShape() => NetworkShape.Infer(_spec, new Limits());

    [Benchmark]
    public object CheckAndPlan() => RunPlan.Of(_shape, _request.BatchNorm, Samples);

    [Benchmark]
    public object Quote() => GradientCost.Of(_plan, _request.Gradient, finiteDifferences: false);

    [Benchmark]
    public object DrawParameters() => ParameterValues.Of(_spec, _shape);

    [Benchmark]
    public void BuildTensors() => Network.Of(_values).Dispose();

    [Benchmark]
    public object BuildDense() => DenseNetwork<float>.Of(_values)!;

    [Benchmark]
    public void ForwardTensors()
    {
        using var scope = NewDisposeScope();
        TorchRun.Of(_plan, _network.Tensors, _request.Inputs.ToTensor(Dtype.Float32));
    }

    [Benchmark]
    public void ForwardDense() => ManagedRun<float>.TryRun(_plan, _dense, _request.Inputs, CancellationToken.None)!.Dispose();

    [Benchmark]
    public object GradientDense() => BlockBackward.Run(_run, _request.Gradient.InBlocks(_plan.Size)!, _plan.Size.Inputs, CancellationToken.None);

    [Benchmark]
    public object HeldDense() =>
        BlockBackward.Run(_run, _request.Gradient.InBlocks(_plan.Size)! with { Way = Apart.Way }, _plan.Size.Inputs, CancellationToken.None);

    [GlobalCleanup]
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _run.Dispose();
        _network.Dispose();
    }
}
