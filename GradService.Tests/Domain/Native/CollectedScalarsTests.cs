using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Parameters;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Runs;
using GradService.Domain.Statistics;
using GradService.Tests.Api;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Native;

/// <summary>
/// A Scalar that nothing keeps alive may be finalized before libtorch reads it; then a number is wrong, or an exception says
/// "Expected false to be true". While one thread collects all the time, others call every operation that has a Scalar in it.
/// </summary>
[Collection(OneAtATime.Name)]
public sealed class CollectedScalarsTests
{
    private const int Workers = 2;

    private static readonly Dictionary<string, Func<Tensor, Tensor>> Operations = new()
    {
        ["plus tensor"] = x => x.Plus(x),
        ["plus number"] = x => x.Plus(0.5),
        ["times number"] = x => x.Times(3.0),
        ["over number"] = x => x.Over(3.0),
        ["power"] = x => x.Power(3.0),
        ["squared"] = x => x.Squared(),
        ["above"] = x => x.Above(1.0),
        ["below"] = x => x.Below(1.0),
        ["leakyRelu"] = x => x.LeakyRelu(0.25),
        ["elu"] = x => x.Elu(0.5),
        ["celu"] = x => x.Celu(0.5),
        ["hardtanh"] = x => x.Hardtanh(-0.5, 0.25),
        ["softshrink"] = x => x.Softshrink(0.25),
        ["hardshrink"] = x => x.Hardshrink(0.75),
        ["tanhshrink"] = x => x.Tanhshrink(),
        ["softsign"] = x => x.Softsign(),
        ["logSoftmax"] = x => x.Times(9.0).LogSoftmax(0),
        ["softplus"] = x => x.Softplus(2.0, 20.0),
        ["zeros"] = x => x.ZerosLike(),
        ["filled"] = x => Tensors.Filled(x.shape, ScalarType.Float64, 7.0),
    };

    [Fact]
    public void Every_operation_keeps_its_Scalars_alive_while_the_collector_runs() => WhileCollecting(() =>
    {
        using var scope = NewDisposeScope();
        var x = tensor([-1.5, 0.5], ScalarType.Float64);
        var expected = Operations.ToDictionary(operation => operation.Key, operation => operation.Value(x).ToDoubles());
        for (var i = 0; i < 6_000; i++)
        {
            foreach (var (name, apply) in Operations)
            {
                using var inner = NewDisposeScope();
                Assert.Equal(expected[name], apply(x).ToDoubles());
            }
        }
    });

    [Fact]
    public void Gradients_through_every_activation_and_normalisation_are_the_same_every_time_while_the_collector_runs()
    {
        // Everything elementwise that the table has, with statistics before and after it; beside the identity, as some let nothing small through.
        Layer[] activations = [.. LayerTable.All.Values.Where(typeof(Activation).IsAssignableFrom)
            .SelectMany(type => new Layer[] { new Residual { Layers = [(Layer)Activator.CreateInstance(type)!] }, new LayerNorm() })];
        var spec = new NetworkSpec
        {
            InputShape = [2],
            Dtype = Dtype.Float64,
            Layers = [new Linear { OutFeatures = 3 }, new BatchNorm(), .. activations, new Residual { Layers = [new Dropout()] }],
        };
        var shape = NetworkShape.Infer(spec, new Limits());
        var plan = RunPlan.Of(shape, new BatchNormSpec(), samples: 3, new DropoutSpec { Seed = 5 });
        using var network = Network.Of(ParameterValues.Of(spec, shape));
        double[] Gradient()
        {
            using var scope = NewDisposeScope();
            var run = TorchRun.Of(plan, network, tensor([0.1, -0.2, 0.3, 0.4, -0.5, 0.6], [3, 2]));
            var first = Autograd.VectorJacobianProduct(run.Outputs, run.Outputs.detach(), run.Inputs, differentiable: true);
            return [.. first.ToDoubles(), .. Autograd.VectorJacobianProduct(first, first.detach(), run.Inputs).ToDoubles()];
        }

        var expected = Gradient();
        Assert.Contains(expected, value => value != 0);
        WhileCollecting(() =>
        {
            for (var i = 0; i < 300; i++)
            {
                Assert.Equal(expected, Gradient());
            }
        });
    }

    private static void WhileCollecting(Action work)
    {
        using var stop = new CancellationTokenSource();
        var collector = Task.Factory.StartNew(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        }, stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            Task.WaitAll([.. Enumerable.Range(0, Workers).Select(_ => Task.Factory.StartNew(() =>
            {
                LibTorch.PrepareThread();
                work();
            }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))]);
        }
        finally
        {
            stop.Cancel();
            collector.Wait(CancellationToken.None);
        }
    }
}
