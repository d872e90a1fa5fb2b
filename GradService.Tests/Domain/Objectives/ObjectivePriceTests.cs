using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Gradients;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Objectives;
using GradService.Domain.Runs;
using GradService.Domain.Statistics;
using GradService.Tests.Api;
using GradService.Tests.Api.Hosting.Security;
using GradService.Tests.Laws;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Objectives;

/// <summary>What a loss is priced at, by what is done for it.</summary>
public sealed class ObjectivePriceTests
{
    private const int Inputs = 8;

    private static readonly string[] Names = [.. Enumerable.Range(0, Inputs).Select(at => $"{(char)('a' + at)}")];

    private static readonly string[] Seconds = [.. Names.Select(name => $"u_{name}{name}")];

    private static readonly string[] Powers = ["a+b", "(a+b)^2", "(a+b)^2.5", "(a+b)^b"];

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    public void Sets_that_share_a_graph_are_priced_by_all_that_is_kept_of_it(string letter)
    {
        // Eight sets that read another derivative each, and one set of all points that reads all of them: the same graphs over the same points.
        var apart = Cost(Request(letter, points: 40, sets: Inputs, Seconds));
        var together = Cost(Request(letter, points: 40 * Inputs, sets: 1, [string.Join("+", Seconds)]));
        Assert.InRange((double)apart / together, 0.8, 1.2);
    }

    [Fact]
    public void Sets_with_graphs_of_their_own_are_priced_as_such()
    {
        var apart = Cost(Request("c", points: 40, sets: Inputs, Seconds));
        var one = Cost(Request("c", points: 40 * Inputs, sets: 1, [Seconds[0]]));
        Assert.InRange((double)apart / one, 0.8, 1.2);
    }

    [Fact]
    public void Sets_by_the_statistics_of_another_take_a_pass_more()
    {
        var (setting, request) = Setting(Request("c", points: 20_000, sets: 2, ["u"], width: 200) with { Return = [] });
        var network = setting.Shape.Work;
        var (perSet, _) = Setting(request with { BatchNorm = request.BatchNorm with { Batches = PointBatches.PerSet } });
        Assert.True(ObjectiveWork.Of(perSet, request).Nanoseconds >= (2 * network.Forward(40_000)) + (3 * network.Forward(20_000)));
    }

    [Fact]
    public void A_look_at_other_parameters_is_priced_where_parameter_gradients_are_wanted()
    {
        var (setting, request) = Setting(Request("e", points: 4_000, sets: 1, ["u_a"], width: 200));
        var network = setting.Shape.Work;
        var answer = network.Forward(4_000) + network.Backward(4_000) + network.Backward(4_000, 1, parameters: true)
            + network.Backward(4_000, 2, parameters: true);
        Assert.True(ObjectiveWork.Of(setting, request).Nanoseconds >= answer + network.Forward(4_000) + network.Backward(4_000));
    }

    [Fact]
    public void Powers_take_as_long_as_many_additions()
    {
        const int Points = 200_000;
        double[] works = [.. Powers
            .Select(formula => Setting(Request("e", Points, sets: 1, [formula], width: 1)))
            .Select(pair => ObjectiveWork.Of(pair.Setting, pair.Request).Nanoseconds)];
        Assert.InRange((works[1] - works[0]) / Points, 1, 3);
        Assert.InRange((works[2] - works[0]) / Points, 8, 12);
        Assert.InRange((works[3] - works[0]) / Points, 14, 18);
    }

    [Fact]
    public void Formulas_of_differences_take_double_precision()
    {
        const int Points = 10_000;
        var formula = "u" + string.Concat(Enumerable.Repeat("+a*u", 400));
        var (setting, request) = Setting(Request("e", Points, sets: 1, [formula], width: 1, Dtype.Float32));
        var single = ObjectiveWork.Of(setting, request).Nanoseconds;
        var both = ObjectiveWork.Of(setting, request with { Diagnostics = new DiagnosticsSpec { FiniteDifferences = true } }).Nanoseconds;
        var losses = 1 + Math.Min(128, 2 * setting.Shape.ParameterElements);
        Assert.True(both - single >= losses * 800 * ((2.0 * 2 * Points) + 25_000));
    }

    [Fact]
    public void Masks_are_priced_by_their_elements()
    {
        var request = Request("e", points: 1_000, sets: 2, ["u"]);
        request = request with { Network = request.Spec() with
        {
            Layers = [.. request.Spec().Layers.SkipLast(1), new Dropout(), new Dropout { P = 1 }, new Linear { OutFeatures = 1 }],
        } };
        var (setting, _) = Setting(request);
        var (drawn, _) = Setting(request with { Dropout = new DropoutSpec { Seed = 1 } });
        Assert.Equal(6.0 * 2_000 * 16, ObjectiveWork.Of(drawn, request).Nanoseconds - ObjectiveWork.Of(setting, request).Nanoseconds, 1.0);

        using var without = DomainServices.Gradients().QuoteForward(Forward(null));
        using var with = DomainServices.Gradients(engine: new EngineOptions { Dense = false }).QuoteForward(Forward(new DropoutSpec { Seed = 1 }));
        Assert.True(with.Cost.Work >= 6 * 50_000 * 16);
        Assert.True(with.Cost.Work > without.Cost.Work);

        ForwardRequest Forward(DropoutSpec? dropout) => new()
        {
            Network = new NetworkSpec { InputShape = [16], Layers = [new Dropout()], Dtype = Dtype.Float32 },
            Inputs = NdArray.Allocate(new Shape(50_000, 16), Dtype.Float32),
            Dropout = dropout,
        };
    }

    [Fact]
    public void Zeros_are_looked_at_together_and_take_no_more_sweeps_than_the_loss()
    {
        var first = string.Join("+", Names.Select(name => $"u_{name}"));
        var request = Request("e", points: 5, sets: 1, [first], dtype: Dtype.Float64).With(("2.weight", new NdArray(new Shape(1, 16), new double[16])));
        request = request with { Network = request.Spec() with
        {
            Layers = [new Linear { OutFeatures = 16 }, new Tanh(), new Linear { OutFeatures = 1 }],
            Seed = 1,
        } };
        var before = Autograd.Sweeps.Value;
        var answer = request.Answer();
        Assert.Equal(0, answer.Terms[0].Value);
        Assert.Null(answer.Diagnostics.Findings.FirstOrDefault(finding => finding.Code == "objective-blind"));
        Assert.Equal(2, answer.Diagnostics.Passes);

        // Two and the one to the parameters, and one that looks for a flat layer.
        Assert.Equal(4, Autograd.Sweeps.Value - before);
    }

    private static long Cost(ObjectiveRequest request)
    {
        var (setting, asked) = Setting(request);
        return ObjectiveCost.Of(setting, asked).NativeBytes;
    }

    private static (ObjectiveSetting Setting, ObjectiveRequest Request) Setting(ObjectiveRequest request)
    {
        var shape = NetworkShape.Infer(request.Spec(), new Limits());
        var variant = new ObjectiveVariant
        {
            Mode = request.BatchNorm.Mode,
            Derivative = request.Derivative,
            ThroughStatistics = request.BatchNorm.ThroughStatistics,
        };
        var plan = NormalizationPlan.Resolve(shape, request.BatchNorm);
        return (new ObjectiveSetting(Objective.Resolve(request, shape), shape, plan, variant, request.BatchNorm.Batches)
        {
            Dropout = request.Dropout,
            Live = request.Return.Contains(ObjectivePart.ParameterGradients),
        }, request);
    }

    private static ObjectiveRequest Request(string letter, int points, int sets, string[] formulas, int width = 16, Dtype dtype = Dtype.Float32)
    {
        var variant = PoissonProblem.Variant(letter);
        return new ObjectiveRequest
        {
            Network = new NetworkSpec
            {
                InputShape = [Inputs],
                Layers = [new Linear { OutFeatures = width }, new Tanh(), new BatchNorm(), new Linear { OutFeatures = 1 }],
                Dtype = dtype,
                Seed = 1,
            },
            Variables = Names,
            Points =
                [.. Enumerable.Range(0, sets).Select(set => new PointSet { Name = $"p{set}", Inputs = NdArray.Allocate(new Shape(points, Inputs), dtype) })],
            Terms = [.. formulas.Select((formula, at) => new ObjectiveTerm { Name = $"t{at}", On = $"p{at % sets}", Residual = formula })],
            BatchNorm = new TrainingBatchNormSpec { Mode = variant.Mode, ThroughStatistics = variant.ThroughStatistics },
            Derivative = variant.Derivative,
            Return = [ObjectivePart.ParameterGradients],
        };
    }
}
