using GradService.Domain.Arrays;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Layers.Spatial;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Findings.Rules;

/// <summary>Findings in convolutional networks, where a channel has a value at every position.</summary>
public sealed class SpatialFindingsTests
{
    private static readonly Conv2d ThreeByThree = new() { OutChannels = 2, KernelSize = new(3) };

    [Fact]
    public void Too_small_a_batch_is_counted_in_positions_after_the_convolution()
    {
        // 4 × 4 becomes 2 × 2: one sample has 4 values per channel, two have 8.
        Layer[] layers = [ThreeByThree, new BatchNorm(), new Silu(), new Flatten(), new Linear { OutFeatures = 1 }];
        Assert.Contains("BatchNorm layer 1 are taken over 4 values per channel, fewer than 8", Images(1, layers).Finding("batch-too-small", new Sum())!.Message,
            StringComparison.Ordinal);
        Assert.Null(Images(2, layers).Finding("batch-too-small", new Sum()));
    }

    [Fact]
    public void Pooling_leaves_fewer_positions_to_count()
    {
        Layer[] layers = [ThreeByThree, new MaxPool2d { KernelSize = new(2) }, new BatchNorm(), new Silu(), new Flatten(), new Linear { OutFeatures = 1 }];
        Assert.Contains("BatchNorm layer 2 are taken over 7 values per channel", Images(7, layers).Finding("batch-too-small", new Sum())!.Message,
            StringComparison.Ordinal);
        Assert.Null(Images(8, layers).Finding("batch-too-small", new Sum()));
    }

    [Fact]
    public void A_channel_that_its_kernel_makes_constant_is_named()
    {
        var finding = WithKernels(first: i => 0.1 * (i + 1), second: _ => 0).Finding("zero-variance-channel", new Sum());
        Assert.Contains("Channel 1 of BatchNorm layer 1 has a variance below the layer's eps 1E-05 (the lowest: ", finding!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_channel_that_varies_over_positions_alone_has_a_variance()
    {
        // Equal samples: without positions each channel would be constant.
        var image = Enumerable.Range(0, 16).Select(i => Math.Sin(i)).ToArray();
        var problem = Images(3, ThreeByThree, new BatchNorm(), new Silu());
        Assert.Null((problem with { Inputs = [.. image, .. image, .. image] }).Finding("zero-variance-channel", new Sum()));
        Assert.NotNull((problem with { Inputs = [.. Enumerable.Repeat(0.5, 48)] }).Finding("zero-variance-channel", new Sum()));
    }

    [Fact]
    public void The_sum_vanishes_where_every_position_counts_the_same_after_the_last_BatchNorm()
    {
        Assert.NotNull(Images(3, ThreeByThree, new BatchNorm(), new AdaptiveAvgPool2d { OutputSize = new(1) }, new Flatten(), new Linear { OutFeatures = 1 })
            .Finding("sum-gradient-vanishes", new Sum()));
        Assert.NotNull(Images(3, ThreeByThree, new BatchNorm(), new Conv2d { OutChannels = 3, KernelSize = new(1) })
            .Finding("sum-gradient-vanishes", new Sum()));
        Assert.NotNull(Images(3, ThreeByThree, new BatchNorm(), new AvgPool2d { KernelSize = new(2) }).Finding("sum-gradient-vanishes", new Sum()));
    }

    [Fact]
    public void It_does_not_vanish_where_positions_are_weighted_or_bent()
    {
        Assert.Null(Images(3, ThreeByThree, new BatchNorm(), new Flatten(), new Linear { OutFeatures = 1 }).Finding("sum-gradient-vanishes", new Sum()));
        Assert.Null(Images(3, ThreeByThree, new BatchNorm(), new Conv2d { OutChannels = 1, KernelSize = new(2), Padding = new(Amount: null) })
            .Finding("sum-gradient-vanishes", new Sum()));
        Assert.Null(Images(3, ThreeByThree, new BatchNorm(), new MaxPool2d { KernelSize = new(2) }).Finding("sum-gradient-vanishes", new Sum()));
    }

    [Fact]
    public void With_one_position_left_the_flattened_sum_vanishes_again() =>
        Assert.NotNull(Images(3, new Conv2d { OutChannels = 2, KernelSize = new(4) }, new BatchNorm(), new Flatten(), new Linear { OutFeatures = 1 })
            .Finding("sum-gradient-vanishes", new Sum()));

    [Fact]
    public void A_maximum_shared_by_two_is_a_kink()
    {
        var problem = Images(1, new MaxPool2d { KernelSize = new(2) });
        var tied = problem with { Inputs = [.. problem.Inputs.Select((x, i) => i is 0 or 1 ? 2 : x)] };
        Assert.StartsWith("2 of the 16 entries drawn", tied.Finding("kink", new Sum(), finiteDifferences: true)!.Message, StringComparison.Ordinal);
        Assert.Null(problem.Finding("kink", new Sum(), finiteDifferences: true));
    }

    [Fact]
    public void Prelu_has_its_kink_at_zero()
    {
        var problem = Images(1, new Prelu());
        var at = problem with { Inputs = [.. problem.Inputs.Select((x, i) => i == 5 ? 0 : x)] };
        Assert.StartsWith("1 of the 16 entries drawn", at.Finding("kink", new Sum(), finiteDifferences: true)!.Message, StringComparison.Ordinal);
        Assert.Null(problem.Finding("kink", new Sum(), finiteDifferences: true));
    }

    /// <summary>Images of one channel, 4 × 4, seeded parameters, mode train.</summary>
    private static Problem Images(int samples, params Layer[] layers)
    {
        var network = new NetworkSpec { InputShape = [1, 4, 4], Layers = layers, Dtype = Dtype.Float64, Seed = 7 };
        return new Problem(network, RandomProblems.Batch(new Random(3), network, samples).Doubles.ToArray(), samples, new BatchNormSpec { Mode = Train.Mode });
    }

    private static Problem WithKernels(Func<int, double> first, Func<int, double> second)
    {
        var problem = Images(2, ThreeByThree, new BatchNorm(), new Silu());
        var kernels = new NdArray(new Shape(2, 1, 3, 3), [.. Enumerable.Range(0, 9).Select(first), .. Enumerable.Range(0, 9).Select(second)]);
        return problem with { Network = problem.Network with { Parameters = new Dictionary<string, NdArray> { ["0.weight"] = kernels } } };
    }
}
