using GradService.Domain.Arrays;
using GradService.Domain.Catalog;
using GradService.Domain.Findings;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Domain.Catalog;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Findings.Rules;

public sealed class PartialStatisticsTests
{
    private const string Code = "partial-statistics";

    private static readonly NdArray Means = Two(0.5, 0.7);

    private static readonly NdArray Variances = Two(2, 3);

    private static readonly NdArray Ones = Two(1, 1);

    private static readonly NdArray Zeros = Two(0, 0);

    [Fact]
    public void A_running_mean_alone_is_told_with_its_layer_and_what_is_taken_for_the_variance()
    {
        var finding = Of(Spec(("1.running_mean", Means)), Eval.Mode);
        Assert.Equal(Severity.Warning, finding!.Severity);
        Assert.Contains("BatchNorm layer 1 has a running mean (up to 0.7 in size) but no running variance of its own: 1", finding.Message,
            StringComparison.Ordinal);
        Assert.Contains("\"1.running_var\"", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_running_variance_alone_is_told_too() =>
        Assert.Contains("BatchNorm layer 1 has a running variance (up to 3 in size) but no running mean of its own: 0",
            Of(Spec(("1.running_var", Variances)), Eval.Mode)!.Message, StringComparison.Ordinal);

    [Fact]
    public void Both_or_none_are_whole()
    {
        Assert.Null(Of(Spec(("1.running_mean", Means), ("1.running_var", Variances)), Eval.Mode));
        Assert.Null(Of(Spec(), Eval.Mode));
    }

    [Fact]
    public void Numbers_that_are_given_may_be_a_new_networks() =>
        Assert.Null(Of(Spec(("1.running_mean", Means), ("1.running_var", Ones)), Eval.Mode));

    [Theory]
    [InlineData("train")]
    [InlineData("trainDetached")]
    public void Where_running_statistics_are_only_reported_nothing_is_wrong_with_the_answer(string mode) =>
        Assert.Null(Of(Spec(("1.running_mean", Means)), BatchNormMode.Find(mode)!));

    [Theory]
    [InlineData("movingAverage")]
    [InlineData("renorm")]
    public void Where_they_are_begun_with_the_answer_hangs_on_them(string mode) =>
        Assert.NotNull(Of(Spec(("1.running_mean", Means)), BatchNormMode.Find(mode)!));

    [Fact]
    public void A_moving_average_that_keeps_nothing_of_them_does_not() =>
        Assert.Null(Of(Spec(("1.running_mean", Means)) with { Layers = [new Linear { OutFeatures = 2 }, new BatchNorm { Momentum = 0 }] }, MovingAverage.Mode));

    [Fact]
    public void Every_layer_concerned_is_named()
    {
        var spec = Spec(("1.running_mean", Means), ("2.running_var", Variances), ("3.running_mean", Means), ("3.running_var", Variances)) with
        {
            Layers = [new Linear { OutFeatures = 2 }, new BatchNorm(), new BatchNorm(), new BatchNorm()],
        };
        var message = Of(spec, Eval.Mode)!.Message;
        Assert.Contains("BatchNorm layer 1 has a running mean", message, StringComparison.Ordinal);
        Assert.Contains("BatchNorm layer 2 has a running variance", message, StringComparison.Ordinal);
        Assert.DoesNotContain("layer 3", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_stored_network_a_new_networks_variance_beside_a_mean_is_a_sign()
    {
        Assert.NotNull(OfStored(Spec(("1.running_mean", Means)), overlay: null));
        Assert.NotNull(OfStored(Spec(("1.running_var", Variances)), overlay: null));
        Assert.Null(OfStored(Spec(("1.running_mean", Means), ("1.running_var", Variances)), overlay: null));
        Assert.Null(OfStored(Spec(), overlay: null));
    }

    [Fact]
    public void What_is_laid_over_a_stored_network_counts_together_with_what_is_stored()
    {
        Assert.NotNull(OfStored(Spec(), ("1.running_mean", Means)));
        Assert.NotNull(OfStored(Spec(), ("1.running_var", Variances)));
        Assert.Null(OfStored(Spec(("1.running_mean", Means)), ("1.running_var", Variances)));
        Assert.Null(OfStored(Spec(("1.running_mean", Means), ("1.running_var", Variances)), ("1.running_mean", Zeros)));
        Assert.Null(OfStored(Spec(("1.running_mean", Means)), ("1.running_var", Ones)));
    }

    private static Finding? Of(NetworkSource network, BatchNormMode mode, INetworkStore? store = null)
    {
        var request = new GradientRequest
        {
            Network = network,
            Inputs = new NdArray(new Shape(8, 1), [.. Enumerable.Range(0, 8).Select(i => Math.Sin(i))]),
            BatchNorm = new BatchNormSpec { Mode = mode },
            Gradient = new Sum(),
        };
        var service = new GradientService(new(), DomainServices.Catalog(DomainServices.Networks(), store: store));
        return service.Differentiate(request, CancellationToken.None).Finding(Code);
    }

    private static Finding? OfStored(NetworkSpec spec, (string Name, NdArray Value)? overlay)
    {
        var stored = DomainServices.Catalog(DomainServices.Networks()).Canonical(spec);
        var reference = new NetworkReference
        {
            Id = stored.Id,
            Parameters = overlay is { } laid ? new Dictionary<string, NdArray> { [laid.Name] = laid.Value } : null,
        };
        return Of(reference, Eval.Mode, new OneStored(stored));
    }

    private static NetworkSpec Spec(params (string Name, NdArray Value)[] parameters) => new()
    {
        InputShape = [1],
        Layers = [new Linear { OutFeatures = 2 }, new BatchNorm()],
        Seed = 3,
        Parameters = parameters.ToDictionary(pair => pair.Name, pair => pair.Value),
    };

    private static NdArray Two(double first, double second) => new(new Shape(2), new[] { first, second });

    private sealed class OneStored(CanonicalNetwork network) : INetworkStore
    {
        public string? IdOf(string name) => null;

        public bool Has(string id) => id == network.Id;

        public NetworkSpec? SpecOf(string id) => network.Spec;

        public IArrayFile? ParametersOf(string id) => new ArraysInMemory(network.Numbers);
    }
}
