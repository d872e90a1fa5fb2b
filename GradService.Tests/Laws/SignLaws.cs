using System.Globalization;
using System.Text.RegularExpressions;
using CsCheck;
using GradService.Domain.Arrays;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Domain.Findings;
using GradService.Tests.Problems;

namespace GradService.Tests.Laws;

/// <summary>How often signs differ between modes, beside plain requests in each mode.</summary>
[Trait("Lane", "Slow")]
public sealed partial class SignLaws
{
    private static readonly GradientService Service = DomainServices.Gradients();
    private static readonly BatchNormMode[] Modes = [Train.Mode, TrainDetached.Mode, Eval.Mode];

    // Entries below the one part of the largest are certainly rounding in double precision, those above the other certainly are not.
    private const double Rounding = 1e-15;
    private const double Signed = 1e-9;

    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void The_shares_are_those_of_three_plain_requests(string networks) =>
        RandomFamily.Of(networks).Normalised.Select(problem => problem.In(Dtype.Float64)).Hold(problem =>
        {
            var cotangent = Problem.Draw(problem.Draws(), problem.Samples, problem.OutputElements);
            foreach (var question in new Question[] { new Sum(), new PerSample(), new Vjp { Cotangent = cotangent } })
            {
                var message = Service.Differentiate(problem.Ask(question) with { Diagnostics = new DiagnosticsSpec { CompareSigns = true } },
                    CancellationToken.None).Finding("train-eval-sign")!.Message;
                var answers = Modes.Select(mode => In(problem, mode).Gradients(question)).ToArray();
                var largest = answers.Max(Answers.Largest);
                if (problem.BatchNorms.All(placed => problem.Norm.Layers?.ContainsKey(placed.Name) == true))
                {
                    Assert.StartsWith("0% of the gradient's entries", message, StringComparison.Ordinal);
                    Assert.All(answers, answer => Assert.Equal(answers[0], answer));
                    continue;
                }

                foreach (var (first, second) in new[] { (0, 1), (0, 2), (1, 2) })
                {
                    var (compared, changed) = Told(message, Modes[first], Modes[second]);
                    var both = answers[first].Zip(answers[second]).ToList();
                    Assert.InRange(compared, both.Count(pair => Smaller(pair) > Signed * largest), both.Count(pair => Smaller(pair) > Rounding * largest));
                    Assert.InRange(changed, both.Count(pair => Smaller(pair) > Signed * largest && Opposite(pair)),
                        both.Count(pair => Smaller(pair) > Rounding * largest && Opposite(pair)));
                }
            }
        });

    [Fact]
    public void Without_BatchNorm_no_sign_changes_and_nothing_more_is_computed() => RandomProblems.Dense.Plain.Hold(problem =>
    {
        var (plain, compared) = (problem.Ask(new Sum()), problem.Ask(new Sum()) with { Diagnostics = new DiagnosticsSpec { CompareSigns = true } });
        using var cheap = Service.QuoteGradient(plain);
        using var quote = Service.QuoteGradient(compared);
        Assert.Equal((cheap.Cost.Passes, cheap.Cost.NativeBytes), (quote.Cost.Passes, quote.Cost.NativeBytes));
        Assert.StartsWith("0% of the gradient's entries", quote.Compute(CancellationToken.None).Finding("train-eval-sign")!.Message, StringComparison.Ordinal);
    });

    /// <summary>The problem in another mode; layers that are named keep their own.</summary>
    private static Problem In(Problem problem, BatchNormMode mode) => problem with
    {
        Norm = problem.Norm with
        {
            Mode = mode,
            ReferenceInputs = problem.Norm.Layers?.Values.Contains(Reference.Mode) == true ? problem.Norm.ReferenceInputs : null,
        },
    };

    private static double Smaller((double, double) pair) => Math.Min(Math.Abs(pair.Item1), Math.Abs(pair.Item2));

    private static bool Opposite((double, double) pair) => Math.Sign(pair.Item1) != Math.Sign(pair.Item2);

    /// <summary>How many entries the message says were compared between two modes, and how many of them changed their sign.</summary>
    private static (int Compared, int Changed) Told(string message, BatchNormMode first, BatchNormMode second)
    {
        if (message.Contains($"none has a sign to compare between {first} and {second}", StringComparison.Ordinal))
        {
            return (0, 0);
        }

        var found = Share().Matches(message).Single(match => match.Groups["first"].Value == first.Name && match.Groups["second"].Value == second.Name);
        var (changed, compared) = (Number("changed"), Number("compared"));
        Assert.Equal($"{100.0 * changed / compared:G3}", found.Groups["percent"].Value);
        return (compared, changed);

        int Number(string group) => int.Parse(found.Groups[group].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"(?<percent>\S+)% change their sign between (?<first>\w+) and (?<second>\w+) \((?<changed>\d+) of (?<compared>\d+)\)")]
    private static partial Regex Share();
}
