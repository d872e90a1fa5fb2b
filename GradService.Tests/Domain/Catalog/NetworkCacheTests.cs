using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Parameters;
using GradService.Domain.Statistics;
using GradService.Tests.Api;
using GradService.Tests.Domain.Native;
using GradService.Tests.Laws;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Catalog;

/// <summary>Built networks are shared while in use, kept up to a size, and disposed when nobody can want them any more.</summary>
[Collection(OneAtATime.Name)]
[Trait("Lane", "Slow")]
public sealed class NetworkCacheTests
{
    private static readonly long Each = BuiltNetwork.MostBytes(ShapeOf(Spec(0)));

    [Fact]
    public void The_same_content_is_built_once_and_another_again()
    {
        var built = 0;
        using var cache = Cache(10 * Each, () => built++);
        var (first, again, other) = (Use(cache, Spec(1)), Use(cache, Spec(1)), Use(cache, Spec(2)));
        Assert.Same(first, again);
        Assert.NotSame(first, other);
        Assert.Equal((2, 2, 2 * Each), (built, cache.Count, cache.Bytes));
    }

    [Fact]
    public void The_least_recently_used_leaves_first()
    {
        var built = 0;
        using var cache = Cache(4 * Each, () => built++);
        foreach (var seed in new[] { 1, 2, 3, 4, 1, 5 })
        {
            Use(cache, Spec(seed));
        }

        Assert.Equal((5, 4, 4 * Each), (built, cache.Count, cache.Bytes));
        Use(cache, Spec(1));
        Assert.Equal(5, built);
        Use(cache, Spec(2));
        Assert.Equal(6, built);
    }

    [Fact]
    public void What_leaves_while_it_is_in_use_is_whole_until_its_last_lease_ends()
    {
        var before = LivingTensors.OfThisThread;
        var cache = Cache(4 * Each, () => { });
        var (one, other) = (cache.Open(Spec(0)), cache.Open(Spec(0)));
        var weight = one.Network.Tensors[one.Shape.All[0], "weight"];
        for (var seed = 1; seed < 9; seed++)
        {
            Use(cache, Spec(seed));
        }

        cache.Dispose();
        one.Dispose();
        one.Dispose();
        Assert.False(weight.IsInvalid);
        Assert.Equal(4, weight.ToNdArray().Count);
        other.Dispose();
        Assert.True(weight.IsInvalid);
        Assert.Equal(before, LivingTensors.OfThisThread);
    }

    [Fact]
    public void Closing_leaves_no_tensor_and_whoever_comes_later_still_gets_a_network()
    {
        var before = LivingTensors.OfThisThread;
        var cache = Cache(4 * Each, () => { });
        _ = Use(cache, Spec(1)).Tensors;
        Assert.NotEqual(before, LivingTensors.OfThisThread);
        cache.Dispose();
        Assert.Equal(before, LivingTensors.OfThisThread);
        Use(cache, Spec(1));
        Assert.Equal((0, 0), (cache.Count, cache.Bytes));
        Assert.Equal(before, LivingTensors.OfThisThread);
    }

    [Fact]
    public void What_exceeds_the_limit_alone_is_not_kept_and_neither_is_anything_without_a_limit()
    {
        foreach (var capacity in new[] { 0, Each - 1 })
        {
            var built = 0;
            using var cache = Cache(capacity, () => built++);
            Use(cache, Spec(1));
            Use(cache, Spec(1));
            Assert.Equal((2, 0, 0L), (built, cache.Count, cache.Bytes));
        }
    }

    [Fact]
    public void A_network_of_fifty_million_numbers_is_kept_and_may_drive_out_all_others()
    {
        Assert.InRange(50_000_000L * sizeof(double), 0, new EngineOptions().NetworkCacheBytes);

        var built = 0;
        using var cache = Cache(Each, () => built++);
        foreach (var seed in new[] { 1, 2, 2, 1 })
        {
            Use(cache, Spec(seed));
        }

        Assert.Equal((3, 1), (built, cache.Count));
    }

    [Fact]
    public void Building_is_priced_until_it_has_been_done()
    {
        using var cache = Cache(Each, () => { });
        using var first = cache.Open(Spec(1) with { Dtype = Dtype.Float64 });
        var numbers = first.Shape.ParameterElements;
        Assert.Equal(new Cost(numbers * 12, 0, numbers * 10), first.Building);
        _ = first.Network;
        using var second = cache.Open(Spec(1) with { Dtype = Dtype.Float64 });
        Assert.Equal((Cost.Nothing, Cost.Nothing), (first.Building, second.Building));
    }

    [Fact]
    public void What_cannot_be_built_is_not_kept_and_fails_again()
    {
        var wrong = Spec(1) with { Parameters = new Dictionary<string, NdArray> { ["0.bias"] = new(new Shape(1), [1.0]) } };
        using var cache = Cache(4 * Each, () => { });
        for (var i = 0; i < 2; i++)
        {
            using var lease = cache.Open(wrong);
            Assert.Throws<FaultException>(() => lease.Network);
            Assert.Throws<FaultException>(() => lease.Network);
        }

        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void Of_many_who_ask_at_the_same_time_one_builds_and_all_share_shape_network_and_tensors()
    {
        var built = 0;
        using var cache = Cache(4 * Each, () => Interlocked.Increment(ref built));
        using var together = new Barrier(8);
        var got = new (NetworkShape Shape, BuiltNetwork Network, Network Tensors)[8];
        var threads = Enumerable.Range(0, 8).Select(index => new Thread(() =>
        {
            together.SignalAndWait();
            using var lease = cache.Open(Spec(1));
            together.SignalAndWait();
            got[index] = (lease.Shape, lease.Network, lease.Network.Tensors);
            together.SignalAndWait();
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Equal(1, built);
        Assert.Single(got.Distinct());
    }

    /// <summary>A cache that holds two of seven networks, and eight threads that ask for all of them: the same bits as without a cache.</summary>
    [Fact]
    public void Answers_are_the_same_bits_with_a_cache_that_is_too_small_and_without_one()
    {
        var before = LivingTensors.OfTheProcess();
        using (var small = DomainServices.Networks(engine: new EngineOptions { NetworkCacheBytes = 4 * Each }))
        using (var nothing = DomainServices.Networks(engine: new EngineOptions { NetworkCacheBytes = 0 }))
        {
            var (kept, none) = (new GradientService(new Limits(), DomainServices.Catalog(small)),
                new GradientService(new Limits(), DomainServices.Catalog(nothing)));
            var requests = Enumerable.Range(0, 28).Select(index => Ask(index % 7, index % 4)).ToList();
            var expected = requests.Select(request => Bits(none, request)).ToList();
            Assert.True(expected.Distinct().Count() > 20);
            Parallel.For(0, 280, new ParallelOptions { MaxDegreeOfParallelism = 8 },
                round => Assert.Equal(expected[round % 28], Bits(kept, requests[round % 28])));
            Assert.InRange(small.Count, 1, 4);
            Assert.Equal(0, nothing.Count);
        }

        Assert.Equal(before, LivingTensors.OfTheProcess());
    }

    [Theory]
    [InlineData("sum")]
    [InlineData("perSample")]
    [InlineData("vjp")]
    public void A_dense_network_needs_no_tensor_at_all_not_even_to_be_built(string kind)
    {
        var service = DomainServices.Gradients();
        var request = Ask(1, 0) with
        {
            Gradient = kind == "sum" ? new Sum() : kind == "perSample" ? new PerSample() : new Vjp { Cotangent = new NdArray(new Shape(9, 1), new double[9]) },
        };
        var before = LivingTensors.MadeByThisThread;
        Assert.Equal("dense", service.Differentiate(request, CancellationToken.None).Diagnostics.Engine.Name);
        service.Forward(request, CancellationToken.None);
        Assert.Equal(before, LivingTensors.MadeByThisThread);

        // The count counts.
        service.Differentiate(request with { Gradient = new Jacobian() }, CancellationToken.None);
        Assert.NotEqual(before, LivingTensors.MadeByThisThread);
    }

    private static NetworkCache Cache(long capacity, Action built) => new(capacity, ShapeOf, (spec, shape) =>
    {
        built();
        return new BuiltNetwork(ParameterValues.Of(spec, shape), dense: true);
    });

    private static BuiltNetwork Use(NetworkCache cache, NetworkSpec spec)
    {
        using var lease = cache.Open(spec);
        return lease.Network;
    }

    private static NetworkShape ShapeOf(NetworkSpec spec) => NetworkShape.Infer(spec, new Limits());

    private static NetworkSpec Spec(int seed) =>
        new() { InputShape = [1], Layers = [new Linear { OutFeatures = 4 }, new Tanh(), new BatchNorm(), new Linear { OutFeatures = 1 }], Seed = seed };

    private static GradientRequest Ask(int seed, int kind) => new()
    {
        Network = Spec(seed),
        Inputs = new NdArray(new Shape(9, 1), [.. Enumerable.Range(0, 9).Select(i => Math.Sin(i))]),
        BatchNorm = new BatchNormSpec { Mode = BatchNormMode.Find("train")! },
        Gradient = kind switch { 0 => new Sum(), 1 => new PerSample(), 2 => new Jacobian(), _ => new Laplacian() },
    };

    private static string Bits(GradientService service, GradientRequest request)
    {
        var answer = service.Differentiate(request, CancellationToken.None);
        return string.Join(' ', Answers.Flat(answer.Outputs).Concat(Answers.Flat(answer.Gradients)).Select(BitConverter.DoubleToInt64Bits));
    }
}
