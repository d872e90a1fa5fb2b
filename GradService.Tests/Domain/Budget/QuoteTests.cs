using GradService.Domain.Budget;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Objectives;
using GradService.Domain.Statistics;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Budget;

public sealed class QuoteTests
{
    [Fact]
    public void Steps_are_told_in_order_and_weigh_what_they_were_priced_at()
    {
        using var quote = InSteps(10, 30, 60);
        Assert.Equal([new Progress(1, 3, 0.1), new Progress(2, 3, 0.4), new Progress(3, 3, 1)], Watched(quote));
    }

    [Fact]
    public void Cancelled_between_two_steps_the_next_is_not_begun()
    {
        var begun = 0;
        using var caller = new CancellationTokenSource();
        using var quote = new Quote<int>(
            new Cost(0, 0, 3),
            steps =>
            {
                for (var step = 0; step < 2; step++)
                {
                    steps.Do(1, () => begun++);
                }

                return begun++;
            },
            stepCount: 3);
        Assert.Throws<OperationCanceledException>(() => quote.Compute(caller.Token, new Watcher(_ => caller.Cancel())));
        Assert.Equal(1, begun);
    }

    [Fact]
    public void Thousands_of_steps_never_fall_back_and_end_at_one()
    {
        // What is estimated may be wrong: here the steps take twice as much as the whole.
        var quote = new Quote<int>(
            new Cost(0, 0, 10_000),
            steps =>
            {
                for (var step = 1; step < 10_000; step++)
                {
                    steps.Done(2);
                }

                return 0;
            },
            stepCount: 10_000);
        var told = Watched(quote);
        Assert.Equal(Enumerable.Range(1, 10_000), told.Select(progress => progress.Done));
        Assert.Equal(told.Select(progress => progress.Fraction).Order(), told.Select(progress => progress.Fraction));
        Assert.Equal((1e-4 * 2, 1), (told[0].Fraction, told[^1].Fraction));
    }

    [Fact]
    public void Work_that_ends_before_its_last_step_is_done()
    {
        var quote = new Quote<int>(new Cost(0, 0, 100), steps => steps.Do(1, () => 7), stepCount: 100);
        Assert.Equal([new Progress(1, 100, 0.01), new Progress(100, 100, 1)], Watched(quote));
    }

    [Fact]
    public void Several_in_turn_have_the_steps_of_all_and_one_that_makes_something_of_them()
    {
        using var all = Quote.InTurn<int>([() => InSteps(1, 1), () => InSteps(6)]).Beside(new Cost(0, 0, 2)).Then((parts, _) => parts.Sum());
        Assert.Equal((new Cost(0, 0, 10), 4), (all.Cost, all.StepCount));
        Assert.Equal([new Progress(1, 4, 0.1), new Progress(2, 4, 0.2), new Progress(3, 4, 0.8), new Progress(4, 4, 1)], Watched(all));
    }

    [Fact]
    public void One_gradient_is_one_step()
    {
        using var quote = DomainServices.Gradients().QuoteGradient(Compared());
        Assert.Equal([new Progress(1, 1, 1)], Watched(quote));
    }

    [Fact]
    public void A_comparison_has_a_step_for_each_entry_and_one_that_compares()
    {
        using var quote = DomainServices.Gradients().QuoteComparison(new ComparisonRequest
        {
            Network = Compared().Network,
            Inputs = Compared().Inputs,
            Compare = [.. BatchNormMode.All.Where(mode => mode.Name != "reference").Take(3).Select(mode => new ComparisonEntry(mode, new Sum()))],
        });
        Assert.Equal([1, 2, 3, 4], Watched(quote).Select(progress => progress.Done));
    }

    [Theory]
    [InlineData("a b c", 4)]
    [InlineData("a b", 4)]
    public void A_comparison_of_losses_has_a_step_for_each_variant_for_the_one_they_are_measured_by_and_one_that_compares(string letters, int steps)
    {
        var request = PoissonProblem.Request(PoissonProblem.Variant("a"));
        using var quote = DomainServices.Objectives().QuoteComparison(new ObjectiveComparisonRequest
        {
            Network = request.Network,
            Variables = request.Variables,
            Outputs = request.Outputs,
            Points = request.Points,
            Terms = request.Terms,
            Return = request.Return,
            Compare = [.. letters.Split(' ').Select(PoissonProblem.Variant)],
        });
        Assert.Equal(Enumerable.Range(1, steps), Watched(quote).Select(progress => progress.Done));
    }

    private static GradientRequest Compared() => new()
    {
        Network = PoissonProblem.Request(PoissonProblem.Variant("a")).Network,
        Inputs = PoissonProblem.Column([0.1, 0.4, 0.8]),
        Gradient = new Sum(),
    };

    private static Quote<int> InSteps(params int[] work) => new(
        new Cost(0, 0, work.Sum()),
        steps =>
        {
            foreach (var each in work[..^1])
            {
                steps.Done(each);
            }

            return work.Length;
        },
        stepCount: work.Length);

    private static List<Progress> Watched<T>(Quote<T> quote)
    {
        var told = new List<Progress>();
        quote.Compute(CancellationToken.None, new Watcher(told.Add));
        return told;
    }

    /// <summary>Hears at once, on the thread that computes.</summary>
    private sealed class Watcher(Action<Progress> hear) : IProgress<Progress>
    {
        public void Report(Progress value) => hear(value);
    }
}
