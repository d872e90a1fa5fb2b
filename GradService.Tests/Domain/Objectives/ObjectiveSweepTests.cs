using GradService.Domain.Budget;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Parameters;
using GradService.Domain.Objectives;
using GradService.Domain.Separation;
using GradService.Domain.Statistics;
using GradService.Tests.Laws;
using GradService.Tests.Problems;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Objectives;

/// <summary>A loss takes the sweeps that it is priced and reported at.</summary>
public sealed class ObjectiveSweepTests
{
    public static TheoryData<string, int, bool, bool> Cases()
    {
        var data = new TheoryData<string, int, bool, bool>();
        foreach (var variant in ObjectiveVariant.All)
        {
            for (var i = 0; i < 12; i++)
            {
                data.Add(variant.Letter!, i / 4, i % 2 == 1, i / 2 % 2 == 1);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void As_many_as_said(string letter, int blocks, bool perSet, bool live)
    {
        var request = PoissonProblem.Request(PoissonProblem.Variant(letter), blocks, points: 5, perSet ? PointBatches.PerSet : PointBatches.Joint);
        var shape = NetworkShape.Infer(request.Spec(), new Limits());
        var setting = new ObjectiveSetting(Objective.Resolve(request, shape), shape, NormalizationPlan.Resolve(shape, request.BatchNorm),
            PoissonProblem.Variant(letter), request.BatchNorm.Batches) { Live = live };
        using var scope = NewDisposeScope();
        using var network = Network.Of(ParameterValues.Of(request.Spec(), shape));
        using var trained = network.ToTrain();
        var before = Autograd.Sweeps.Value;
        Loss.Of(ObjectiveRun.Run(setting, live ? trained : network, live, CancellationToken.None), CancellationToken.None);
        Assert.Equal(setting.Sweeps(live), Autograd.Sweeps.Value - before);
        if (live)
        {
            Assert.Equal(setting.Sweeps(live), request.Answer().Diagnostics.Passes);
        }
    }

    [Theory]
    [InlineData("a", 3)]
    [InlineData("b", (5 * 3) + 1)]
    [InlineData("c", 3)]
    [InlineData("e", 3)]
    public void Two_coupled_layers_take_a_chain_for_each_point(string letter, long passes) =>
        Assert.Equal(passes, PoissonProblem.Request(PoissonProblem.Variant(letter), blocks: 2, points: 5).Answer().Diagnostics.Passes);

    [Fact]
    public void A_cancelled_loss_ends_after_the_sweep_that_it_is_at()
    {
        var request = PoissonProblem.Request(PoissonProblem.Variant("b"), blocks: 2, points: 2000);
        using var cancellation = new CancellationTokenSource();
        var (swept, cancelledAt) = (0L, 0L);
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            var shape = NetworkShape.Infer(request.Spec(), new Limits());
            var setting = new ObjectiveSetting(Objective.Resolve(request, shape), shape, NormalizationPlan.Resolve(shape, request.BatchNorm),
                PoissonProblem.Variant("b"), PointBatches.Joint) { Live = true, Strategy = Strategy.RowByRow };
            using var scope = NewDisposeScope();
            using var network = Network.Of(ParameterValues.Of(request.Spec(), shape));
            using var trained = network.ToTrain();
            var (sweeps, before, ended) = (Autograd.Sweeps, Autograd.Sweeps.Value, false);
            var pass = ObjectiveRun.Run(setting, trained, live: true, cancellation.Token);

            // A thread of its own, as timers wait for threads of the pool. It has the seconds that the points take, and waits for the first
            // of the three sweeps of one of them.
            var stop = new Thread(() =>
            {
                while (!Volatile.Read(ref ended) && (sweeps.Value - before < 30 || (sweeps.Value - before) % 3 != 1))
                {
                    Thread.Yield();
                }

                cancellation.Cancel();
                cancelledAt = sweeps.Value - before;
            });
            stop.Start();
            try
            {
                Loss.Of(pass, cancellation.Token);
            }
            finally
            {
                swept = Autograd.Sweeps.Value - before;
                Volatile.Write(ref ended, true);
                stop.Join();
            }
        });
        Assert.InRange(swept - cancelledAt, 0, 1);
        Assert.True(swept < 2000 * 3);
    }
}
