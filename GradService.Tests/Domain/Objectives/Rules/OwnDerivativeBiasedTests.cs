using System.Globalization;
using System.Text.RegularExpressions;
using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Objectives;
using GradService.Tests.Domain.Findings;
using GradService.Tests.Laws;
using GradService.Tests.Problems;
using static GradService.Tests.Domain.Findings.FindingOf;

namespace GradService.Tests.Domain.Objectives.Rules;

public sealed partial class OwnDerivativeBiasedTests
{
    private const string Code = "own-derivative-biased";

    [Fact]
    public void It_says_how_far_own_derivatives_are_from_the_slopes_of_the_curve()
    {
        var finding = Biased(16)!;
        Assert.Equal(Severity.Info, finding.Severity);

        // Residual "u_xx" alone is the derivative itself; mode trainDetached has the curve's.
        var (own, curve) = (Derivatives("b"), Derivatives("c"));
        Assert.Contains($"by up to {Digits(own.MaxDifference(curve))}, ", finding.Message, StringComparison.Ordinal);
        Assert.Contains($"of the largest slope, {Digits(curve.MaxAbsolute())}.", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_falls_as_the_points_grow_in_number()
    {
        double Share(int points) => double.Parse(Percentage().Match(Biased(points)!.Message).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.InRange(Share(20) / Share(200), 5, 20);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("c")]
    [InlineData("e")]
    public void Elsewhere_there_is_nothing_to_say(string letter) => Assert.Null(PoissonProblem.Request(PoissonProblem.Variant(letter)).Answer().Finding(Code));

    private static Finding? Biased(int points) => PoissonProblem.Request(PoissonProblem.Variant("b"), points: points).Answer().Finding(Code);

    private static NdArray Derivatives(string letter)
    {
        var request = PoissonProblem.Request(PoissonProblem.Variant(letter));
        return (request with { Terms = [new ObjectiveTerm { Name = "u_xx", On = "interior", Residual = "u_xx" }] }).Answer().Terms[0].Residuals!;
    }

    [GeneratedRegex(@"([\d.]+)% of the largest slope")]
    private static partial Regex Percentage();
}
