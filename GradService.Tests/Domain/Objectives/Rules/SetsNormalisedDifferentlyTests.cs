using System.Globalization;
using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Gradients;
using GradService.Domain.Objectives;
using GradService.Domain.Statistics;
using GradService.Tests.Domain.Findings;
using GradService.Tests.Laws;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Objectives.Rules;

public sealed class SetsNormalisedDifferentlyTests
{
    private const string Code = "sets-normalised-differently";

    [Theory]
    [InlineData("a", 1)]
    [InlineData("b", 1)]
    [InlineData("c", 2)]
    [InlineData("d", 2)]
    public void It_gives_the_right_number(string letter, int blocks)
    {
        var request = PoissonProblem.Request(PoissonProblem.Variant(letter), blocks, batches: PointBatches.PerSet);
        var answer = request.Answer();
        var finding = answer.Finding(Code)!;
        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Contains("Two points always normalise to ±1", finding.Message, StringComparison.Ordinal);

        // u on the boundary is the residual of its term; by the interior's statistics it is a forward pass in mode eval with those given.
        var own = answer.Terms[1].Residuals!;
        var interior = answer.BatchNorm.Batches!.Single(batch => batch.Points == "interior");
        var network = request.Spec() with
        {
            Parameters =
                interior.Layers.SelectMany(layer => ((string, NdArray)[])[($"{layer.Name}.running_mean", layer.Mean),
                    ($"{layer.Name}.running_var", layer.Variance)]).ToDictionary(pair => pair.Item1, pair => pair.Item2),
        };
        var other = DomainServices.Gradients()
            .Forward(new ForwardRequest
            {
                Network = network,
                Inputs = request.Points[1].Inputs!,
                BatchNorm = new BatchNormSpec { Mode = BatchNormMode.Find("eval")! },
            }, CancellationToken.None);
        var difference = Enumerable.Range(0, 2).Max(i => Math.Abs(own[i] - other.Outputs[i]));
        Assert.Contains($"outputs on 'boundary' differ by up to {difference.ToString("G6", CultureInfo.InvariantCulture)} between its own "
            + "statistics and those of 'interior'", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_joint_batch_and_in_mode_eval_there_is_nothing_to_say()
    {
        Assert.Null(PoissonProblem.Request(PoissonProblem.Variant("c")).Answer().Finding(Code));
        Assert.Null(PoissonProblem.Request(PoissonProblem.Variant("e"), batches: PointBatches.PerSet).Answer().Finding(Code));
    }
}
