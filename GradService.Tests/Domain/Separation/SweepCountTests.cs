using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Separation;
using GradService.Tests.Laws;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Separation;

/// <summary>What a request is priced and reported at is what it takes: sweeps are counted where they are made.</summary>
[Trait("Lane", "Slow")]
public sealed class SweepCountTests
{
    public static TheoryData<int, bool, int, int> Cases()
    {
        var data = new TheoryData<int, bool, int, int>();
        foreach (var coupled in new[] { 0, 1, 2, 3 })
        {
            foreach (var positions in new[] { false, true })
            {
                foreach (var outputs in new[] { 1, 3 })
                {
                    // Two samples, for whom rows are cheap, and many.
                    data.Add(coupled, positions, outputs, 2);
                    data.Add(coupled, positions, outputs, 16);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_kind_takes_exactly_the_sweeps_that_it_says(int coupled, bool positions, int outputs, int samples)
    {
        var problem = CoupledNetworks.Of(coupled, positions, outputs, samples);
        using var given = new CoupledRun(problem);
        Assert.Equal(coupled, given.Size.CoupledLayers.Count);
        Assert.All(given.Size.CoupledLayers, layer => Assert.Equal(positions, layer.Positions > 1));
        foreach (var question in Questions(problem, outputs))
        {
            var (said, made) = (question.Choose(given.Size).Sweeps, given.SweepsOf(question));
            Assert.True(said == made, $"{question}: {said} sweeps said, {made} made");
            if (samples == 2)
            {
                Assert.Equal(made, problem.Answer(question).Diagnostics.Passes);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_and_Jacobians_take_what_the_mathematics_says(int coupled, bool positions, int outputs, int samples)
    {
        var problem = CoupledNetworks.Of(coupled, positions, outputs, samples);
        var later = CoupledNetworks.Channels.Skip(3 - coupled).ToList();

        // A mean and a variance each; one sweep serves both where they are functions of one value per sample.
        long Sweeps(IEnumerable<int> channels) => channels.Sum() * (positions ? 2 : 1);
        Assert.Equal(coupled < 2 ? outputs : (2 * outputs) + Sweeps(later.Skip(1)), Passes(problem, new PerSample { Strategy = Strategy.Structured }));
        Assert.Equal(outputs + Sweeps(later), Passes(problem, new Jacobian { Strategy = Strategy.Structured }));
        Assert.Equal(outputs + Sweeps(later), Passes(problem, new Jacobian { Form = JacobianForm.Factored }));
        Assert.Equal(samples * outputs, Passes(problem, new PerSample { Strategy = Strategy.RowByRow }));
        Assert.Equal(samples * outputs, Passes(problem, new Jacobian { Strategy = Strategy.RowByRow }));

        // Own derivatives: a gradient and its D derivatives, or one sweep per order; per output, or per output of each sample, or beside the expansions.
        var expansions = 0L;
        var earlier = 0;
        foreach (var channels in later)
        {
            expansions += earlier == 0 ? 0 : 2 * channels * (1 + earlier);
            earlier += 2 * channels;
        }

        var chains = (1 + problem.InputElements) * outputs;
        Assert.Equal(coupled < 2 ? chains : Math.Min(samples * chains, chains + expansions), Passes(problem, new Hessian()));
        Assert.Equal(Passes(problem, new Hessian()), Passes(problem, new Laplacian()));
        Assert.Equal((coupled < 2 ? 1 : samples) * outputs * 4,
            Passes(problem, new Derivatives { Order = 4, Direction = Problem.Draw(new Random(5), problem.InputShape.Dimensions) }));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Auto_takes_the_smaller_count_and_says_why_in_a_short_phrase(int coupled, bool positions, int outputs, int samples)
    {
        var problem = CoupledNetworks.Of(coupled, positions, outputs, samples);
        foreach (var ask in new Func<Strategy, Question>[] { strategy => new PerSample { Strategy = strategy },
            strategy => new Jacobian { Strategy = strategy } })
        {
            var (auto, structured, rows) = (problem.Answer(ask(Strategy.Auto)).Diagnostics, problem.Answer(ask(Strategy.Structured)).Diagnostics,
                problem.Answer(ask(Strategy.RowByRow)).Diagnostics);
            Assert.Equal(Math.Min(structured.Passes, rows.Passes), auto.Passes);
            Assert.Equal(structured.Passes <= rows.Passes ? Strategy.Structured : Strategy.RowByRow, auto.Strategy);
            Assert.Equal((Strategy.Structured, Strategy.RowByRow), (structured.Strategy, rows.Strategy));

            // What was not taken is named with its count.
            Assert.Contains($"{Math.Max(structured.Passes, rows.Passes)} sweeps", auto.Reason, StringComparison.Ordinal);
        }

        using var given = new CoupledRun(problem);
        foreach (var question in Questions(problem, outputs))
        {
            var reason = question.Choose(given.Size).Reason;
            Assert.InRange(reason.Length, 10, 160);
            Assert.DoesNotContain('\n', reason);
            Assert.DoesNotContain('.', reason);
        }
    }

    private static long Passes(Problem problem, Question question) => problem.Answer(question).Diagnostics.Passes;

    private static IEnumerable<Question> Questions(Problem problem, int outputs)
    {
        var random = new Random(7);
        var (n, one) = (problem.Samples, new[] { outputs - 1 });
        long[] inputs = problem.InputShape.Dimensions.ToArray();
        var (cotangent, tangent) = (Problem.Draw(random, n, outputs), Problem.Draw(random, inputs));
        yield return new Sum();
        foreach (var strategy in new[] { Strategy.Auto, Strategy.Structured, Strategy.RowByRow })
        {
            yield return new PerSample { Strategy = strategy };
            yield return new PerSample { Strategy = strategy, Outputs = one };
            yield return new Jacobian { Strategy = strategy };
            yield return new Jacobian { Strategy = strategy, Outputs = one };
        }

        yield return new Jacobian { Form = JacobianForm.Factored };
        yield return new Jacobian { Form = JacobianForm.Factored, Strategy = Strategy.Structured, Outputs = one };
        yield return new Vjp { Cotangent = cotangent };
        yield return new Vjp { Cotangent = Problem.Draw(random, 3, n, outputs) };
        yield return new Jvp { Tangent = tangent };
        yield return new Jvp { Tangent = Problem.Draw(random, [3, .. inputs]) };
        yield return new Hvp { Cotangent = cotangent, Tangent = tangent };
        yield return new Hessian();
        yield return new Hessian { Outputs = one };
        yield return new Laplacian();
        for (var order = 1; order <= 4; order++)
        {
            yield return new Derivatives { Order = order, Direction = tangent };
        }
    }
}
