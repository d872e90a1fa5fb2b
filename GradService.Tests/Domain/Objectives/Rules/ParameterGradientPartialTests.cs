using System.Globalization;
using GradService.Domain.Findings;
using GradService.Domain.Objectives;
using GradService.Tests.Domain.Findings;
using GradService.Tests.Laws;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Objectives.Rules;

public sealed class ParameterGradientPartialTests
{
    private const string Code = "parameter-gradient-partial";

    [Theory]
    [InlineData("d")]
    [InlineData("f")]
    public void It_gives_the_true_cosine_and_difference(string letter)
    {
        var request = PoissonProblem.Request(PoissonProblem.Variant(letter), blocks: 2);
        var answer = request.Answer();
        var whole = (request with { BatchNorm = request.BatchNorm with { ThroughStatistics = true } }).Answer();
        var (partial, full) = (Flat(answer.ParameterGradients!), Flat(whole.ParameterGradients!));
        var cosine = partial.Zip(full, (a, b) => a * b).Sum() / Math.Sqrt(partial.Sum(a => a * a) * full.Sum(b => b * b));
        var finding = answer.Finding(Code)!;
        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Contains($"its cosine is {cosine.ToString("G6", CultureInfo.InvariantCulture)} and", finding.Message, StringComparison.Ordinal);
        Assert.Null(whole.Finding(Code));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    [InlineData("c")]
    [InlineData("e")]
    public void Elsewhere_the_gradient_is_whole(string letter) => Assert.Null(PoissonProblem.Request(PoissonProblem.Variant(letter)).Answer().Finding(Code));

    [Fact]
    public void Who_asks_for_no_gradient_hears_nothing_of_it() =>
        Assert.Null((PoissonProblem.Request(PoissonProblem.Variant("d")) with { Return = [ObjectivePart.Residuals] }).Answer().Finding(Code));

    private static List<double> Flat(IReadOnlyDictionary<string, GradService.Domain.Arrays.NdArray> gradients) =>
        [.. gradients.Values.SelectMany(gradient => gradient.Doubles.ToArray())];
}
