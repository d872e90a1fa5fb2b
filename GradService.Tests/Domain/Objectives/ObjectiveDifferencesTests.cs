using GradService.Domain.Arrays;
using GradService.Domain.Budget;
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
        var shape = NetworkShape.Infer(request.Spec(), new Limits());
        var setting = new ObjectiveSetting(Objective.Resolve(request, shape), shape, NormalizationPlan.Resolve(shape, request.BatchNorm),
            PoissonProblem.Variant("c"), PointBatches.Joint) { Live = true };
        using var scope = NewDisposeScope();
        using var network = Network.Of(ParameterValues.Of(request.Spec(), shape));
        var outcome = ObjectiveDifferences.Check(setting, network, gradients, CancellationToken.None);
        Assert.Equal(0.01 * Math.Abs(wrong[0]), outcome.Report.MaxAbsoluteError, 1e-3 * Math.Abs(wrong[0]));
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
}
