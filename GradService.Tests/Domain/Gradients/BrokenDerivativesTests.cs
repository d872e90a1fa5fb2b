using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Runs;
using GradService.Domain.Separation;
using GradService.Tests.Domain.Native;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Gradients;

/// <summary>Factors and derivatives, brought to an end or broken off in the middle, leave no tensor.</summary>
[Trait("Lane", "Slow")]
public sealed class BrokenDerivativesTests
{
    private static readonly GradientService Service = DomainServices.Gradients(new Limits { MaxRowByRowWork = long.MaxValue }, new EngineOptions
    {
        Dense = false,
        NetworkCacheBytes = 0,
    });

    public static TheoryData<string, int> Kinds()
    {
        var data = new TheoryData<string, int>();
        foreach (var kind in new[] { "factored", "jacobian", "perSample", "hessian", "laplacian", "hvp", "derivatives 2", "derivatives 4" })
        {
            data.Add(kind, 1);
            data.Add(kind, 3);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_brought_to_an_end_leaves_no_tensor(string kind, int coupled)
    {
        Ask(kind, coupled, samples: 6, CancellationToken.None);
        var before = LivingTensors.OfThisThread;
        for (var i = 0; i < 3; i++)
        {
            Ask(kind, coupled, samples: 6, CancellationToken.None);
        }

        Assert.Equal(before, LivingTensors.OfThisThread);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_cancelled_in_the_middle_leaves_no_tensor(string kind, int coupled)
    {
        Ask(kind, coupled, samples: 6, CancellationToken.None);
        var before = LivingTensors.OfThisThread;
        foreach (var held in new[] { 40, 90 })
        {
            // Told to stop as soon as it holds so many tensors: the pass is made, the answer is not. Where the machine is too busy for
            // that to be seen in time, the check by finite differences waits for it.
            using var cancellation = new CancellationTokenSource();
            using var atTheCheck = new ManualResetEventSlim();
            var tensors = LivingTensors.Watched();
            var watch = new Thread(() =>
            {
                while (tensors() < before + held && !atTheCheck.IsSet && !cancellation.IsCancellationRequested)
                {
                    Thread.SpinWait(100);
                }

                cancellation.Cancel();
            });
            watch.Start();
            try
            {
                Assert.ThrowsAny<OperationCanceledException>(
                    () => Ask(new Waiting(Of(kind, 3000), atTheCheck, cancellation.Token), coupled, samples: 3000, cancellation.Token));
            }
            finally
            {
                cancellation.Cancel();
                watch.Join();
            }

            Assert.Equal(before, LivingTensors.OfThisThread);
        }
    }

    private static void Ask(string kind, int coupled, int samples, CancellationToken cancellation) => Ask(Of(kind, samples), coupled, samples, cancellation);

    private static void Ask(Question question, int coupled, int samples, CancellationToken cancellation) =>
        Service.Differentiate(CoupledNetworks.Of(coupled, positions: false, outputs: 2, samples).Ask(question, finiteDifferences: true), cancellation);

    private static Question Of(string kind, int samples) => kind switch
    {
        "factored" => new Jacobian { Form = JacobianForm.Factored },
        "jacobian" => new Jacobian { Outputs = [1] },
        "perSample" => new PerSample(),
        "hessian" => new Hessian(),
        "laplacian" => new Laplacian(),
        "hvp" => new Hvp { Cotangent = Problem.Draw(new Random(1), samples, 2), Tangent = Problem.Draw(new Random(2), samples, 2) },
        _ => new Derivatives { Order = kind[^1] - '0', Direction = Problem.Draw(new Random(3), 2) },
    };

    /// <summary>Answers as another question does; its check by finite differences does not begin before it is told to stop.</summary>
    private sealed record Waiting(Question Inner, ManualResetEventSlim AtTheCheck, CancellationToken Stopped) : Question
    {
        internal override Question? DetachedTwin => Inner.DetachedTwin;

        internal override int Depth => Inner.Depth;

        internal override string Cheaper => Inner.Cheaper;

        internal override bool NamesSamples(ProblemSize size) => Inner.NamesSamples(size);

        internal override IReadOnlyList<AnswerPart> Parts(ProblemSize size) => Inner.Parts(size);

        internal override IEnumerable<Fault> Check(ProblemSize size) => Inner.Check(size);

        internal override Shape ResultShape(ProblemSize size) => Inner.ResultShape(size);

        internal override long ResultElements(ProblemSize size) => Inner.ResultElements(size);

        internal override long WorkingElements(ProblemSize size) => Inner.WorkingElements(size);

        internal override long RowByRowWork(ProblemSize size) => Inner.RowByRowWork(size);

        internal override Separated Choose(ProblemSize size) => Inner.Choose(size);

        internal override Answer Ask(TorchRun run, ProblemSize size, CancellationToken cancellation) => Inner.Ask(run, size, cancellation);

        internal override Func<long, IEnumerable<DifferenceQuotient>> Quotients(ProblemSize size)
        {
            AtTheCheck.Set();
            Assert.True(Stopped.WaitHandle.WaitOne(TimeSpan.FromMinutes(2)), "nobody said stop");
            Stopped.ThrowIfCancellationRequested();
            return Inner.Quotients(size);
        }
    }
}
