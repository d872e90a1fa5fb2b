using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Runs;
using GradService.Domain.Statistics;

namespace GradService.Tests.Domain.Gradients;

/// <summary>A check by differences takes no memory that its request was not priced at: there may be a quotient for each element of a sample.</summary>
public sealed class DifferenceQuotientTests
{
    private const int Samples = 100;
    private const int Elements = 1000;

    public static TheoryData<string> Kinds() => ["laplacian", "hessian", "derivatives", "jvp", "hvp", "sum"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_thousand_quotients_take_less_than_the_inputs_do(string kind)
    {
        var (question, size) = (Of(kind), Size());
        List<DifferenceQuotient> Thousand()
        {
            var quotients = question.Quotients(size);
            return [.. kind == "laplacian" ? quotients(7) : Enumerable.Range(0, 100).SelectMany(entry => quotients(entry)).Take(1000)];
        }

        Thousand();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var made = Thousand();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Samples * Elements * sizeof(double));
        Assert.Equal(kind == "laplacian" ? Elements : 100, made.Count);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void There_are_as_many_as_said(string kind)
    {
        var (question, size) = (Of(kind), Size());
        Assert.Equal(question.QuotientsEach(size), question.Quotients(size)(0).Count());
    }

    [Fact]
    public void Quotients_of_one_sample_along_one_direction_share_their_passes()
    {
        var quotients = Of("derivatives").Quotients(Size());
        Assert.Equal(quotients(0).Single().Moves, quotients(1).Single().Moves);
        Assert.NotEqual(quotients(0).Single().Moves, quotients(2).Single().Moves);
    }

    [Fact]
    public void A_direction_moves_its_elements_alone()
    {
        var moves = new Displacement(First: 2, Count: 2, new NdArray(new Shape(2, 2), [1.0, 2, 3, -4]), At: 2);
        double[] moved = [7, 7, 7, 7];
        moves.Move([0, 0, 0, 0], 0.5, moved);
        Assert.Equal([0, 0, 1.5, -2], moved);
        Assert.Equal(4, moves.Largest);
        Assert.Equal([3, -4], [moves.InSample(1, 2)[0], moves.InSample(1, 2)[1]]);
        Assert.Equal([0, 1, 0], [Displacement.Of(4).InSample(1, 3)[0], Displacement.Of(4).InSample(1, 3)[1], Displacement.Of(4).InSample(1, 3)[2]]);
    }

    private static Question Of(string kind) => kind switch
    {
        "laplacian" => new Laplacian(),
        "hessian" => new Hessian(),
        "derivatives" => new Derivatives { Order = 2, Direction = Ones(1) },
        "jvp" => new Jvp { Tangent = Ones(Samples) },
        "hvp" => new Hvp { Cotangent = new NdArray(new Shape(Samples, 1), new float[Samples]), Tangent = Ones(Samples) },
        _ => new Sum(),
    };

    private static NdArray Ones(int rows)
    {
        var values = Enumerable.Repeat(1f, rows * Elements).ToArray();
        return new NdArray(rows == 1 ? new Shape(Elements) : new Shape(rows, Elements), values);
    }

    private static ProblemSize Size()
    {
        var shape = NetworkShape.Infer(new NetworkSpec { InputShape = [Elements], Layers = [new Linear { OutFeatures = 1 }] }, new Limits());
        return ProblemSize.Of(shape, NormalizationPlan.Resolve(shape, new BatchNormSpec()), Samples);
    }
}
