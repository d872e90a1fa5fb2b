using GradService.Domain;
using GradService.Domain.Differentiation.Questions;
using GradService.Tests.Api;
using GradService.Tests.Problems;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Differentiation;

/// <summary>Factors and derivatives, brought to an end or broken off in the middle, leave no tensor.</summary>
[Collection(OneAtATime.Name)]
public sealed class BrokenDerivativesTests
{
    private static readonly GradientService Service = DomainServices.Gradients(new Limits { MaxRowByRowWork = long.MaxValue }, new EngineOptions { Dense = false, NetworkCacheBytes = 0 });

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
        var before = MemoryTests.TensorsAlive();
        for (var i = 0; i < 3; i++)
        {
            Ask(kind, coupled, samples: 6, CancellationToken.None);
        }

        Assert.Equal(before, MemoryTests.TensorsAlive());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_cancelled_in_the_middle_leaves_no_tensor(string kind, int coupled)
    {
        Ask(kind, coupled, samples: 6, CancellationToken.None);
        var before = MemoryTests.TensorsAlive();
        foreach (var held in new[] { 40, 90 })
        {
            // Told to stop as soon as it holds so many tensors: the pass is made, the answer is not.
            using var cancellation = new CancellationTokenSource();
            var watch = new Thread(() =>
            {
                while (Tensor.TotalCount < before + held && !cancellation.IsCancellationRequested)
                {
                    Thread.SpinWait(100);
                }

                cancellation.Cancel();
            });
            watch.Start();
            try
            {
                Assert.ThrowsAny<OperationCanceledException>(() => Ask(kind, coupled, samples: 3000, cancellation.Token));
            }
            finally
            {
                cancellation.Cancel();
                watch.Join();
            }

            Assert.Equal(before, MemoryTests.TensorsAlive());
        }
    }

    /// <summary>With the check by finite differences, which is a place to stop where the answer itself is only two sweeps.</summary>
    private static void Ask(string kind, int coupled, int samples, CancellationToken cancellation) =>
        Service.Differentiate(CoupledNetworks.Of(coupled, positions: false, outputs: 2, samples).Ask(Of(kind, samples), finiteDifferences: true), cancellation);

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
}
