using System.Globalization;
using System.Text.RegularExpressions;
using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Gradients;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Objectives;
using GradService.Domain.Runs;
using GradService.Domain.Statistics;
using GradService.Tests.Api;
using GradService.Tests.Api.Hosting.Security;
using GradService.Tests.Domain.Findings;
using GradService.Tests.Laws;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Objectives.Rules;

public sealed partial class EvalDiffersTests
{
    private const string Code = "eval-differs";

    [Theory]
    [InlineData("b", 1)]
    [InlineData("c", 1)]
    [InlineData("c", 2)]
    public void It_splits_the_difference_into_Bessels_factor_and_lag(string letter, int blocks)
    {
        var request = PoissonProblem.Request(PoissonProblem.Variant(letter), blocks);
        var answer = request.Answer();
        var finding = answer.Finding(Code)!;
        Assert.Equal(Severity.Info, finding.Severity);

        var n = request.Points.Sum(points => points.Inputs!.Count);
        var mode = Outputs(request, layer => (layer.Mean, layer.Variance), answer);
        var unbiased = Outputs(request,
            layer => (layer.Mean, new NdArray(layer.Variance.Shape, [.. layer.Variance.Doubles.ToArray().Select(variance => variance * n / (n - 1))])), answer);
        var eval = Outputs(request, layer => (layer.RunningMean!, layer.RunningVariance!), answer);
        var numbers = Percentages().Matches(finding.Message).Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) / 100).ToList();
        Close(Relative(mode, eval), numbers[0]);
        Close(Relative(mode, unbiased), numbers[1]);
        Close(Norm(unbiased, eval) / Norm(mode, new double[n]), numbers[2]);
        Assert.Contains($"n = {n};", finding.Message, StringComparison.Ordinal);

        static double Relative(double[] a, double[] b) => Norm(a, b) / Norm(a, new double[a.Length]);
        static double Norm(double[] a, double[] b) => Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum());
        static void Close(double expected, double said) => Assert.Equal(expected, said, 0.006 * expected);
    }

    [Theory]
    [InlineData("e")]
    [InlineData("f")]
    public void Where_running_statistics_normalise_already_nothing_differs(string letter) =>
        Assert.Null(PoissonProblem.Request(PoissonProblem.Variant(letter)).Answer().Finding(Code));

    [Fact]
    public void After_statistics_have_settled_Bessels_factor_is_what_is_left()
    {
        var request = PoissonProblem.Request(PoissonProblem.Variant("c"));
        for (var step = 0; step < 400; step++)
        {
            var layer = request.Answer().BatchNorm.Layers![0];
            request = request.With(($"{layer.Name}.running_mean", layer.RunningMean!), ($"{layer.Name}.running_var", layer.RunningVariance!));
            request = request with { Network = request.Spec() with { Seed = 11 } };
        }

        var numbers = Percentages().Matches(request.Answer().Finding(Code)!.Message)
            .Select(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(numbers[0], numbers[1], 1e-3);
        Assert.True(numbers[2] < 1e-6);
    }

    [Fact]
    public void Of_outputs_that_are_all_zero_nothing_is_a_part()
    {
        // Three equal points normalise to 0; eval has running statistics 0.1·1 and 0.9, and 0.9/√0.9 to the point.
        var request = new ObjectiveRequest
        {
            Network = new NetworkSpec { InputShape = [1], Layers = [new BatchNorm { Affine = false }], Dtype = Dtype.Float64, Seed = 1 },
            Points = [new() { Name = "p", Inputs = PoissonProblem.Column([1, 1, 1]) }],
            Terms = [new() { Name = "t", On = "p", Residual = "u" }],
        };
        var message = request.Answer().Finding(Code)!.Message;
        Assert.Contains("here all outputs are 0, there they are not", message, StringComparison.Ordinal);
        Assert.DoesNotContain("%", message, StringComparison.Ordinal);
        Assert.DoesNotContain("Infinity", message, StringComparison.Ordinal);
    }

    /// <summary>u at all points by given statistics: a forward pass in mode eval.</summary>
    private static double[] Outputs(ObjectiveRequest request, Func<BatchNormLayerReport, (NdArray Mean, NdArray Variance)> statistics, ObjectiveResult answer)
    {
        var parameters = answer.BatchNorm.Layers!.SelectMany(
            layer => ((string, NdArray)[])[($"{layer.Name}.running_mean", statistics(layer).Mean), ($"{layer.Name}.running_var", statistics(layer).Variance)])
            .ToDictionary(pair => pair.Item1, pair => pair.Item2);
        var inputs = PoissonProblem.Column([.. request.Points.SelectMany(points => points.Inputs!.Doubles.ToArray())]);
        return DomainServices.Gradients().Forward(
            new ForwardRequest
            {
                Network = request.Spec() with { Parameters = parameters },
                Inputs = inputs,
                BatchNorm = new BatchNormSpec { Mode = BatchNormMode.Find("eval")! },
            },
            CancellationToken.None).Outputs.Doubles.ToArray();
    }

    [GeneratedRegex(@"([\d.E+-]+)%")]
    private static partial Regex Percentages();
}
