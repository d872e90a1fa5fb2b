using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Faults;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Spatial;
using GradService.Tests.Api;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Catalog;

/// <summary>References are resolved by the store, and what they stand for is read once while it is kept.</summary>
[Collection(OneAtATime.Name)]
public sealed class NetworkCatalogTests
{
    private static readonly NetworkSpec Spec = new() { InputShape = [1], Layers = [new Linear { OutFeatures = 2 }, new BatchNorm()], Seed = 3 };

    [Fact]
    public void A_stored_network_is_read_once_and_shared_with_whoever_describes_the_same()
    {
        using var built = DomainServices.Networks();
        var network = CanonicalNetwork.Of(Spec, new Limits());
        var store = new MemoryStore { [network.Id] = network };
        var catalog = DomainServices.Catalog(built, store: store);
        using var first = catalog.Open(new NetworkReference { Id = network.Id });
        using var second = catalog.Open(new NetworkReference { Name = "name of " + network.Id });
        using var described = catalog.Open(Whole(network));
        Assert.Same(first.Network, second.Network);
        Assert.Same(first.Network, described.Network);
        Assert.Equal((1, 1), (store.Reads, built.Count));
    }

    [Fact]
    public void Numbers_laid_over_make_another_network_each_kept_by_its_content()
    {
        using var built = DomainServices.Networks();
        var network = CanonicalNetwork.Of(Spec, new Limits());
        var catalog = DomainServices.Catalog(built, store: new MemoryStore { [network.Id] = network });
        using var plain = catalog.Open(new NetworkReference { Id = network.Id });
        using var one = catalog.Open(Laid(1));
        using var same = catalog.Open(Laid(1));
        using var other = catalog.Open(Laid(2));
        Assert.Same(one.Network, same.Network);
        Assert.Equal(3, new[] { plain.Network, one.Network, other.Network }.Distinct().Count());

        NetworkReference Laid(double mean) =>
            new() { Id = network.Id, Parameters = new Dictionary<string, NdArray> { ["1.running_mean"] = new(new Shape(2), [mean, mean]) } };
    }

    [Fact]
    public void What_was_deleted_after_it_was_found_is_not_found()
    {
        using var built = DomainServices.Networks();
        var network = CanonicalNetwork.Of(Spec, new Limits());
        var store = new MemoryStore { [network.Id] = network };
        using var lease = DomainServices.Catalog(built, store: store).Open(new NetworkReference { Id = network.Id });
        store.Clear();
        Assert.Equal(FaultCode.NotFound, Assert.Throws<FaultException>(() => lease.Network).Faults[0].Code);
    }

    [Fact]
    public void Without_a_store_nothing_is_found()
    {
        using var built = DomainServices.Networks();
        Assert.Equal("network.name",
            Assert.Throws<FaultException>(() => DomainServices.Catalog(built).Open(new NetworkReference { Name = "a" })).Faults[0].Path);
    }

    [Fact]
    public void A_canonical_network_has_all_its_numbers_in_its_own_precision_and_no_seed()
    {
        var network = CanonicalNetwork.Of(
            Spec with { Parameters = new Dictionary<string, NdArray>
            {
                ["0.bias"] = new(new Shape(2), [0.5, 1.5]),
                ["1.num_batches_tracked"] = new(new Shape(), [4f]),
            } }, new Limits());
        Assert.Equal((null, null), (network.Spec.Seed, network.Spec.Parameters));
        Assert.Equal(["0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"],
            network.Numbers.Select(array => array.Name));
        Assert.All(network.Numbers, array => Assert.Equal(array.Name == "1.num_batches_tracked" ? Dtype.Float64 : Dtype.Float32, array.Dtype));
        Assert.Equal((8, "[1]", "[2]"), (network.LearnableCount, network.Input.ToString(), network.Output.ToString()));
        Assert.Equal(network.Id, CanonicalNetwork.Of(network.Spec, new Limits(), network.Numbers).Id);
        Assert.Equal(network.Id, SpecHash.Of(Whole(network)));
    }

    [Fact]
    public void What_stands_for_a_default_is_the_default()
    {
        AssertSame(new MaxPool2d { KernelSize = new PerAxis(2) }, new MaxPool2d
        {
            KernelSize = new PerAxis(2, 2),
            Stride = new PerAxis(2),
            Padding = new PerAxis(0, 0),
        });
        AssertSame(new Conv2d { OutChannels = 1, KernelSize = new PerAxis(3) }, new Conv2d
        {
            OutChannels = 1,
            KernelSize = new PerAxis(3, 3),
            Stride = new PerAxis(1, 1),
            Padding = new ConvolutionPadding(new PerAxis(0, 0)),
        });
        AssertOther(new MaxPool2d { KernelSize = new PerAxis(2, 1) }, new MaxPool2d { KernelSize = new PerAxis(2, 1), Stride = new PerAxis(2) });
        AssertOther(new MaxPool3d { KernelSize = new PerAxis(2, 1, 1) }, new MaxPool3d { KernelSize = new PerAxis(2, 1, 1), Stride = new PerAxis(2, 2, 1) });
        AssertOther(new BatchNorm(), new BatchNorm { Momentum = null });
        AssertSame(new Residual { Layers = [new MaxPool1d { KernelSize = new PerAxis(1) }] },
            new Residual { Layers = [new MaxPool1d { KernelSize = new PerAxis(1), Stride = new PerAxis(1) }] });

        static void AssertSame(Layer one, Layer other) => Assert.Equal(Hash(one), Hash(other));
        static void AssertOther(Layer one, Layer other) => Assert.NotEqual(Hash(one), Hash(other));
        static string Hash(Layer layer) => SpecHash.Of(Spec with { Layers = [layer] });
    }

    private static NetworkSpec Whole(CanonicalNetwork network) =>
        network.Spec with { Parameters = network.Numbers.ToDictionary(array => array.Name, array => array.ToArray()) };

    /// <summary>Networks by id; each has one name.</summary>
    private sealed class MemoryStore : Dictionary<string, CanonicalNetwork>, INetworkStore
    {
        public int Reads { get; private set; }

        public string? IdOf(string name) => name.Split(' ')[^1];

        public bool Has(string id) => ContainsKey(id);

        public NetworkSpec? SpecOf(string id) => this.GetValueOrDefault(id)?.Spec;

        public IArrayFile? ParametersOf(string id)
        {
            Reads++;
            return this.GetValueOrDefault(id) is { } network ? new ArraysInMemory(network.Numbers) : null;
        }
    }
}
