using BenchmarkDotNet.Attributes;
using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Objectives;
using GradService.Domain.Statistics.Modes;

namespace GradService.Benchmarks;

/// <summary>
/// A PINN's loss, u_xx + u_t over 1,000 points of (x, t), by a network with two BatchNorm layers of width 20, float64, with its parameter
/// gradient: each variant beside mode eval, the plain pass.
/// </summary>
[InProcess]
[MemoryDiagnoser]
[InvocationCount(4)]
public class ObjectiveBenchmarks
{
    private readonly ObjectiveService _service =
        new(new Limits(), new NetworkCatalog(new NetworkCache(new Limits(), new EngineOptions { NetworkCacheBytes = 0 }), new Limits()));
    private ObjectiveRequest _request = null!;

    [GlobalSetup]
    public void Prepare()
    {
        LibTorch.PrepareThread();
        var random = new Random(1);
        _request = new ObjectiveRequest
        {
            Network = new NetworkSpec
            {
                InputShape = [2],
                Layers =
                [
                    new Linear { OutFeatures = 20 }, new Tanh(), new BatchNorm(),
                    new Linear { OutFeatures = 20 }, new Tanh(), new BatchNorm(),
                    new Linear { OutFeatures = 1 },
                ],
                Dtype = Dtype.Float64,
                Seed = 7,
            },
            Variables = ["x", "t"],
            Points =
                [new PointSet { Name = "interior", Inputs = new NdArray(new Shape(1000, 2), [.. Enumerable.Range(0, 2000).Select(_ => random.NextDouble())]) }],
            Terms = [new ObjectiveTerm { Name = "pde", On = "interior", Residual = "u_xx + u_t" }],
        };
    }

    [Benchmark(Baseline = true)]
    public ObjectiveResult Running() => Evaluate(new ObjectiveVariant { Mode = Eval.Mode });

    [Benchmark]
    public ObjectiveResult Naive() => Evaluate(new ObjectiveVariant { Mode = Train.Mode, Derivative = InputDerivative.Sum });

    [Benchmark]
    public ObjectiveResult DetachedInInputsOnly() => Evaluate(ObjectiveVariant.Recommended);

    [Benchmark]
    public ObjectiveResult DetachedAltogether() => Evaluate(ObjectiveVariant.Recommended with { ThroughStatistics = false });

    [Benchmark]
    public ObjectiveResult MovingAverageHeld() => Evaluate(new ObjectiveVariant { Mode = MovingAverage.Mode });

    private ObjectiveResult Evaluate(ObjectiveVariant variant) => _service.Evaluate(
        _request with
        {
            BatchNorm = new TrainingBatchNormSpec { Mode = variant.Mode, ThroughStatistics = variant.ThroughStatistics },
            Derivative = variant.Derivative,
        }, CancellationToken.None);
}
