using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Api;
using GradService.Tests.Api.Hosting.Security;
using GradService.Tests.Laws;
using GradService.Tests.Oracles;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Separation;

/// <summary>The factored form: never N² numbers, and shapes that nested lists would lose.</summary>
[Collection(SharedApplication.Name)]
public sealed class FactoredJacobianTests(GradApplication application)
{
    private static readonly Jacobian Factored = new() { Form = JacobianForm.Factored };

    [Fact]
    public void Twenty_thousand_samples_fit_into_a_few_megabytes_where_all_blocks_would_take_gigabytes()
    {
        // 20,000 · (1 + 20 + 20) numbers of 8 bytes are 6.6 MB; 20,000² are 3.2 GB.
        const int Samples = 20_000;
        var service = DomainServices.Gradients(new Limits { MaxResultBytes = 7L << 20, MaxNativeBytes = 256L << 20 });
        var problem = ForumProblem.Of(Train.Mode, Samples, Dtype.Float64, bendAfter: true);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var answer = service.Differentiate(problem.Ask(Factored), CancellationToken.None);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100L << 20);
        Assert.Equal(11, answer.Diagnostics.Passes);
        Assert.InRange(answer.Diagnostics.Coupling!.Share, 0, 1);

        // Some rows beside the products that make them.
        foreach (var row in new[] { 0, 7_777, Samples - 1 })
        {
            var cotangent = new double[Samples];
            cotangent[row] = 1;
            var expected = Answers.Flat(
                service.Differentiate(problem.Ask(new Vjp { Cotangent = new NdArray(new Shape(Samples, 1), cotangent) }), CancellationToken.None).Gradients);
            double[] actual =
                [.. Enumerable.Range(0, Samples)
                    .Select(moved => Enumerable.Range(0, 20).Sum(k => answer.Factors!.Left[(row * 20) + k] * answer.Factors.Right[(k * Samples) + moved])
                        + (moved == row ? answer.Factors!.Diagonal[row] : 0))];
            Answers.AssertClose(expected, actual, 1e-12, Math.Abs(answer.Factors!.Diagonal[row]), $"row {row}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void The_norm_is_that_of_all_blocks(int coupled)
    {
        var problem = CoupledNetworks.Of(coupled, positions: true, outputs: 3, samples: 12);
        var dense = problem.Gradients(new Jacobian { Strategy = GradService.Domain.Separation.Strategy.RowByRow });
        var norm = Math.Sqrt(dense.Sum(entry => entry * entry));
        Assert.Equal(norm, problem.Answer(Factored).Diagnostics.GradientNorm!.Value, 1e-10 * norm);
    }

    [Theory]
    [InlineData("train", 6)]
    [InlineData("trainDetached", 0)]
    public async Task Over_HTTP_the_factors_have_their_shapes_beside_them_also_where_K_is_0(string mode, int statistics)
    {
        var request = GoodRequests.Gradient().With("batchNorm.mode", $"\"{mode}\"").With("gradient", """{ "kind": "jacobian", "form": "factored" }""");
        var answer = await application.SucceedAsync("/v1/gradients", request);
        Assert.Null(answer["gradients"]);
        var shapes = answer["factors"]!["shapes"]!;
        Assert.Equal("[3,2,1]", shapes["diagonal"]!.ToJsonString());
        Assert.Equal($"[3,2,{statistics}]", shapes["left"]!.ToJsonString());
        Assert.Equal($"[{statistics},3,1]", shapes["right"]!.ToJsonString());

        var (diagonal, left, right) =
            (Numbers.Of(answer["factors"]!["diagonal"]), Numbers.Of(answer["factors"]!["left"]), Numbers.Of(answer["factors"]!["right"]));
        Assert.Equal([3, 2, 1], diagonal.Shape);
        Assert.Equal(statistics == 0 ? "[[[],[]],[[],[]],[[],[]]]" : null, statistics == 0 ? answer["factors"]!["left"]!.ToJsonString() : null);
        Assert.Equal(6 * statistics, left.Values.Length);
        Assert.Equal(3 * statistics, right.Values.Length);

        // Multiplied out they are the dense answer, to what float32 holds.
        var dense = Numbers.Of((await application.SucceedAsync("/v1/gradients", request.With("gradient", """{ "kind": "jacobian" }""")))["gradients"]);
        double[] product = [.. Enumerable.Range(0, 18).Select(entry => (entry / 6 == entry % 3 ? diagonal.Values[entry / 3] : 0)
            + Enumerable.Range(0, statistics).Sum(k => left.Values[(entry / 3 * statistics) + k] * right.Values[(k * 3) + (entry % 3)]))];
        Answers.AssertClose(dense.Values, product, 1e-5, Math.Max(dense.MaxAbsolute, diagonal.MaxAbsolute), "dense");
    }
}
