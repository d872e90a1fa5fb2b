using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Findings;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Runs;
using GradService.Domain.Statistics;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Gradients;

/// <summary>What explains a large answer looks at some of its samples; what it says of them is exact.</summary>
public sealed class DetachedEvidenceTests
{
    private const int Samples = 400;
    private const int Width = 1_500;

    [Theory]
    [InlineData(100, 50, 1)]
    [InlineData(10_000, 52, 1)]
    [InlineData(32, 200_000, 6)]
    [InlineData(1_000_000, 100, 8)]
    [InlineData(3, 1L << 23, 1)]
    [InlineData(3, 1L << 40, 3)]
    [InlineData(long.MaxValue, long.MaxValue, 8)]
    public void Samples_are_left_out_only_where_all_of_them_would_cost(long samples, long kept, int every) =>
        Assert.Equal(every, DetachedEvidence.EveryFor(samples, kept));

    /// <summary>The largest detached entry and difference of every n-th sample, from two answers that know nothing of leaving out.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(5L)]
    public void The_finding_speaks_of_the_samples_that_were_looked_at(long? dropout)
    {
        var service = DomainServices.Gradients();
        var train = service.Differentiate(Ask("train", dropout), CancellationToken.None);
        var detached = service.Differentiate(Ask("trainDetached", dropout), CancellationToken.None);
        var finding = train.Diagnostics.Findings.Single(finding => finding.Code == "detached-differs");

        var every = DetachedEvidence.EveryFor(Samples, NetworkShape.Infer(Ask("train", dropout).Spec(), new Limits()).KeptElements);
        Assert.InRange(every, 2, 8);
        Assert.Contains($"(looked at in every {every}. sample)", finding.Message, StringComparison.Ordinal);
        var looked = Enumerable.Range(0, Samples).Where(sample => sample % every == 0).SelectMany(sample => new[] { 2 * sample, (2 * sample) + 1 }).ToList();
        var largest = looked.Max(entry => Math.Abs(detached.Gradients![entry]));
        var difference = looked.Max(entry => Math.Abs(detached.Gradients![entry] - train.Gradients![entry]));
        Assert.Contains($"differ by up to {Words.Of(difference)}, ", finding.Message, StringComparison.Ordinal);
        Assert.Contains($"largest detached entry, {Words.Of(largest)} (", finding.Message, StringComparison.Ordinal);
    }

    private static GradientRequest Ask(string mode, long? dropout) => new()
    {
        Network = new NetworkSpec
        {
            InputShape = [2],
            Layers = [new Linear { OutFeatures = Width }, new Tanh(), new BatchNorm(), new Dropout(), new Linear { OutFeatures = 3 }, new Tanh()],
            Dtype = Dtype.Float64,
            Seed = 3,
        },
        Inputs = new NdArray(new Shape(Samples, 2), [.. Enumerable.Range(0, 2 * Samples).Select(i => Math.Sin(i * i))]),
        BatchNorm = new BatchNormSpec { Mode = BatchNormMode.Find(mode)! },
        Dropout = dropout is { } seed ? new DropoutSpec { Seed = seed } : null,
        Gradient = new Sum(),
    };
}
