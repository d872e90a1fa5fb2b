using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Findings;
using GradService.Domain.Gradients;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Layers.Spatial;
using GradService.Domain.Networks.Parameters;
using GradService.Domain.Objectives;
using GradService.Domain.Statistics;
using GradService.Tests.Api;
using GradService.Tests.Api.Hosting.Security;
using GradService.Tests.Laws;
using GradService.Tests.Problems;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Objectives;

[Trait("Lane", "Slow")]
public sealed class ObjectiveDifferencesTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    [InlineData("c")]
    [InlineData("d")]
    [InlineData("e")]
    [InlineData("f")]
    public void Every_variant_agrees_with_its_loss(string letter)
    {
        foreach (var (blocks, batches) in from blocks in Enumerable.Range(1, 2) from batches in Enum.GetValues<PointBatches>() select (blocks, batches))
        {
            var request = PoissonProblem.Request(PoissonProblem.Variant(letter), blocks, points: 6, batches);
            var report = (request with { Diagnostics = new DiagnosticsSpec { FiniteDifferences = true } }).Answer().Diagnostics.FiniteDifferences!;
            Assert.InRange(report.Checked, 25, 64);
            Assert.InRange(report.MaxRelativeError, 0, 1e-6);
        }
    }

    [Fact]
    public void A_wrong_gradient_is_found_out()
    {
        var request = PoissonProblem.Request(PoissonProblem.Variant("c"));
        var gradients = request.Answer().ParameterGradients!.ToDictionary(pair => pair.Key, pair => pair.Value);
        var wrong = gradients["3.bias"];
        gradients["3.bias"] = new NdArray(wrong.Shape, [wrong[0] * 1.01]);
        var report = Check(request, gradients);
        Assert.Equal(0.01 * Math.Abs(wrong[0]), report.MaxAbsoluteError, 1e-3 * Math.Abs(wrong[0]));
    }

    [Fact]
    public void Kinks_are_watched_in_a_layer_that_takes_its_points_in_pieces()
    {
        // 0.1 seconds a point in the pool: two are taken one by one. Few parameters keep the differences few.
        var pool = new MaxPool2d { KernelSize = new(110), Stride = new(1) };
        Layer[] layers = [pool, new AdaptiveAvgPool2d { OutputSize = new(1) }, new Flatten(), new Linear { OutFeatures = 1 }];
        var pixels = Enumerable.Range(0, 2 * 220 * 220).Select(i => MathF.Sin(i * 0.7f)).ToArray();
        var request = new ObjectiveRequest
        {
            Network = new NetworkSpec { InputShape = [1, 220, 220], Layers = layers, Seed = 1 },
            Outputs = ["u"],
            Points = [new PointSet { Name = "images", Inputs = new NdArray(new Shape(2, 1, 220, 220), pixels) }],
            Terms = [new ObjectiveTerm { Name = "one", On = "images", Residual = "u - 1" }],
            Diagnostics = new DiagnosticsSpec { FiniteDifferences = true },
        };
        var report = DomainServices.Objectives().Evaluate(request, CancellationToken.None).Diagnostics.FiniteDifferences!;
        Assert.Equal(2, report.Checked);
        Assert.InRange(report.MaxRelativeError, 0, 1e-6);
    }

    [Fact]
    public void A_step_across_a_kink_says_nothing()
    {
        // The point at 0.5 lies exactly on the kink of the only unit.
        var request = PoissonProblem.Request(PoissonProblem.Variant("e"), activation: new Relu()) with
        {
            Diagnostics = new DiagnosticsSpec { FiniteDifferences = true },
        };
        var kinked = request.Only("bc")
            .With(("0.weight", new NdArray(new Shape(8, 1), [.. Enumerable.Repeat(1.0, 8)])), ("0.bias", new NdArray(new Shape(8), new double[8]))).Answer();
        Assert.Contains(kinked.Diagnostics.Findings, finding => finding.Code == "kink");
    }

    [Theory]
    [InlineData("penalty")]
    [InlineData("modulus")]
    public void A_corner_that_is_the_same_to_both_sides_is_told(string kind)
    {
        // The last layer gives 0 everywhere: whichever way its weights go, the loss changes by as much, and the gradient is 0.
        var report = Flat(kind == "penalty"
            ? new ObjectiveTerm { Name = "t", On = "points", GradientPenalty = new GradientPenalty { Center = 1 } }
            : new ObjectiveTerm { Name = "t", On = "points", Residual = "abs(u)", Reduction = Reduction.Mean }).Answer().Diagnostics;
        var finding = report.Findings.Single(finding => finding.Code == "kink");
        Assert.Contains("stand at a corner", finding.Message, StringComparison.Ordinal);
        Assert.Equal(0, report.FiniteDifferences!.MaxRelativeError);
    }

    [Fact]
    public void A_smooth_minimum_is_no_corner()
    {
        var report = Flat(new ObjectiveTerm { Name = "t", On = "points", Residual = "u" }).Answer().Diagnostics;
        Assert.DoesNotContain(report.Findings, finding => finding.Code == "kink");
        Assert.Equal(25, report.FiniteDifferences!.Checked);
    }

    [Theory]
    [InlineData("u - 1", false)]
    [InlineData("u_x - 1", true)]
    public void Elus_second_derivative_matters_to_terms_with_derivatives(string residual, bool kinked)
    {
        var request = PoissonProblem.Request(PoissonProblem.Variant("e"), blocks: 0, activation: new Elu()) with
        {
            Points = [new PointSet { Name = "points", Inputs = PoissonProblem.Column([0, 1]) }],
            Terms = [new ObjectiveTerm { Name = "t", On = "points", Residual = residual }],
            Diagnostics = new DiagnosticsSpec { FiniteDifferences = true },
        };
        var diagnostics = request.With(("0.bias", new NdArray(new Shape(8), new double[8]))).Answer().Diagnostics;
        Assert.Equal(kinked, diagnostics.Findings.Any(finding =>
            finding.Code == "kink" && finding.Message.Contains("the second derivative of elu at 0", StringComparison.Ordinal)));
        Assert.InRange(diagnostics.FiniteDifferences!.MaxRelativeError, 0, 1e-6);
    }

    [Theory]
    [InlineData(0, 1e-6)]
    [InlineData(0, 1e6)]
    [InlineData(1e3, 1)]
    [InlineData(1e6, 1)]
    [InlineData(1.7e9, 4e4)]
    public void Points_far_from_zero_raise_no_alarm_and_hide_no_error(double offset, double scale)
    {
        var request = PoissonProblem.Request(PoissonProblem.Variant("c")) with
        {
            Network = new NetworkSpec
            {
                InputShape = [1],
                Layers = [new BatchNorm { Affine = false }, new Linear { OutFeatures = 8 }, new Tanh(), new Linear { OutFeatures = 1 }],
                Dtype = Dtype.Float64,
                Seed = 11,
            },
            Points = [new PointSet { Name = "points", Inputs = PoissonProblem.Column([.. Enumerable.Range(0, 12).Select(i => offset + (scale * i / 12))]) }],
            Terms = [new ObjectiveTerm { Name = "t", On = "points", Residual = "u - 1" }],
        };
        var right = request.Answer().ParameterGradients!;
        Assert.InRange(Check(request, right).MaxRelativeError, 0, 1e-6);
        var wrong = Check(request, right.ToDictionary(pair => pair.Key, pair =>
            new NdArray(pair.Value.Shape, [.. Answers.Flat(pair.Value).Select(entry => 1.01 * entry)])));
        Assert.InRange(wrong.MaxRelativeError, 0.005, 0.015);
    }

    /// <summary>A loss of a network that gives 0, its last layer being 0.</summary>
    private static ObjectiveRequest Flat(ObjectiveTerm term) => (PoissonProblem.Request(PoissonProblem.Variant("e"), blocks: 0, activation: new Tanh()) with
    {
        Points = [new PointSet { Name = "points", Inputs = PoissonProblem.Column([0.5, 0.1]) }],
        Terms = [term],
        Diagnostics = new DiagnosticsSpec { FiniteDifferences = true },
    }).With(("2.weight", new NdArray(new Shape(1, 8), new double[8])), ("2.bias", new NdArray(new Shape(1), new double[1])));

    private static FiniteDifferenceReport Check(ObjectiveRequest request, IReadOnlyDictionary<string, NdArray> gradients)
    {
        var shape = NetworkShape.Infer(request.Spec(), new Limits());
        var setting = new ObjectiveSetting(Objective.Resolve(request, shape), shape, NormalizationPlan.Resolve(shape, request.BatchNorm),
            PoissonProblem.Variant("c"), PointBatches.Joint) { Live = true };
        using var scope = NewDisposeScope();
        using var network = Network.Of(ParameterValues.Of(request.Spec(), shape));
        var loss = new Loss([], new Dictionary<(int, InputQuantity), NdArray>(), gradients) { UnknownGradients = new Dictionary<string, double>() };
        return ObjectiveDifferences.Check(setting, network, loss, [ObjectivePart.ParameterGradients], CancellationToken.None).Report;
    }
}
