using GradService.Domain.Gradients.Kinds;
using GradService.Tests.Oracles;
using GradService.Tests.Problems;

namespace GradService.Tests.Laws;

/// <summary>The service's own check of itself says that all is well where all is well.</summary>
[Trait("Lane", "Slow")]
public sealed class FiniteDifferenceReportLaws
{
    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void Every_kind_of_gradient_passes_the_services_own_check(string networks)
    {
        var (tried, compared, unjudged) = (0, 0, 0);
        RandomFamily.Of(networks).Any.Hold(problem =>
        {
            Interlocked.Increment(ref tried);
            var random = problem.Draws();
            Question[] kinds =
            [
                new Sum(),
                new PerSample(),
                new Jacobian(),
                new Vjp { Cotangent = Problem.Draw(random, 2, problem.Samples, problem.OutputElements) },
                new Jvp { Tangent = Problem.Draw(random, problem.InputShape.Dimensions) },
            ];
            var kind = kinds[random.Next(kinds.Length)];
            var answer = problem.Answer(kind, finiteDifferences: true);
            var report = answer.Diagnostics.FiniteDifferences!;
            Assert.InRange(report.Step, 0, 1e-5);
            Assert.InRange(report.Checked, 0, 64);
            if (answer.Diagnostics.Findings.Any(finding => finding.Code == "kink"))
            {
                return;
            }

            // The forum's sum is below noise and compared all the same; an entry that no step can judge is not.
            if (answer.Diagnostics.Findings.Any(finding => finding.Code == "below-noise" && report.Checked < Math.Min(64, answer.Gradients!.Count)))
            {
                Interlocked.Increment(ref unjudged);
                return;
            }

            Assert.Equal(Math.Min(64, answer.Gradients!.Count), report.Checked);

            // Where the oracle finds that differences say nothing (curvature of a nearly constant channel, rounding noise) they say
            // nothing here either; and what is left of a sum that cancels carries the errors of what was summed.
            var differences = CentralDifferences.Of(problem.Oracle, problem.Inputs, problem.Samples);
            if (differences.Trusted.All(trusted => trusted))
            {
                var tolerance = problem.IsDouble ? 1e-6 : 1e-3;
                Assert.True(report.MaxRelativeError < tolerance || report.MaxAbsoluteError < tolerance * problem.Scale(differences.Values),
                    $"{answer.Kind}: relative {report.MaxRelativeError}, absolute {report.MaxAbsoluteError} where the Jacobian reaches "
                        + $"{differences.MaxAbsolute}");
                Interlocked.Increment(ref compared);
            }
        });

        // Were most of them left out, the law would say nothing.
        Assert.True(RandomCases.AreFewerThan(RandomCases.Usual) || compared > tried / 3, $"only {compared} of {tried} networks could be compared");
        Assert.True(unjudged <= tried / 50, $"{unjudged} of {tried} networks could not be judged");
    }
}
