using GradService.Domain.Arrays;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Separation;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Separation;

/// <summary>What is summed up of factors in managed memory ends when its request does.</summary>
public sealed class CancelledFactorsTests
{
    private static readonly CancellationToken Cancelled = new(canceled: true);

    [Fact]
    public void Coupling_is_not_summed_to_the_end_of_a_sample()
    {
        // 5·10⁹ products of one sample, for seconds.
        var factors = Factors(outputs: 1000, elements: 5000, statistics: 1000);
        using var cancellation = new CancellationTokenSource();
        var stop = new Thread(() =>
        {
            Thread.Sleep(100);
            cancellation.Cancel();
        });
        stop.Start();
        try
        {
            Assert.ThrowsAny<OperationCanceledException>(() => FactorMeasures.Of(factors, [1000], cancellation.Token));
        }
        finally
        {
            stop.Join();
        }
    }

    [Fact]
    public void The_largest_entry_is_not_looked_for_any_more() =>
        Assert.ThrowsAny<OperationCanceledException>(() => new Answer { Factors = Factors(outputs: 2, elements: 3, statistics: 2) }.MaxAbsolute(Cancelled));

    [Fact]
    public void Nor_are_the_blocks_of_a_dense_Jacobian_summed() =>
        Assert.ThrowsAny<OperationCanceledException>(() => CouplingMeasures.Of(NdArray.Allocate(new Shape(2, 1, 2, 3), Dtype.Float64), Cancelled));

    [Fact]
    public void The_second_sweep_of_a_product_with_the_Hessian_is_not_begun()
    {
        using var given = new CoupledRun(CoupledNetworks.Of(0, positions: false, outputs: 2, samples: 4));
        var question = new Hvp { Cotangent = Problem.Draw(new Random(1), 4, 2), Tangent = Problem.Draw(new Random(2), [.. given.Size.Inputs.Dimensions]) };
        Assert.ThrowsAny<OperationCanceledException>(() => question.Ask(given.Run, given.Size, Cancelled));
    }

    private static JacobianFactors Factors(int outputs, int elements, int statistics) => new()
    {
        Diagonal = NdArray.Allocate(new Shape(1, outputs, elements), Dtype.Float32),
        Left = NdArray.Allocate(new Shape(1, outputs, statistics), Dtype.Float32),
        Right = NdArray.Allocate(new Shape(statistics, 1, elements), Dtype.Float32),
    };
}
