using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Findings;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Parameters;
using GradService.Domain.Runs;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Problems;
using Xunit.Abstractions;

namespace GradService.Tests.Laws;

/// <summary>
/// Finite differences raise no alarm over a right answer, however large or small inputs are, wherever they lie and whatever the kind; and a
/// wrong answer is found wherever differences say anything.
/// </summary>
[Trait("Lane", "Slow")]
public sealed class DifferencesAtAnyScaleLaws(ITestOutputHelper output)
{
    private const int Cases = 150;

    public static TheoryData<string, Dtype> Networks()
    {
        var data = new TheoryData<string, Dtype>();
        foreach (var network in new[] { "normalised first", "normalised inside", "plain", "sine" })
        {
            data.Add(network, Dtype.Float64);
            data.Add(network, Dtype.Float32);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_right_answer_raises_no_alarm(string network, Dtype dtype)
    {
        var (judged, all) = (0, 0);
        for (var salt = 0; salt < RandomCases.Count(Cases); salt++)
        {
            var (problem, question) = Draw(network, dtype, salt);
            var answer = problem.Answer(question, finiteDifferences: true);
            var report = answer.Diagnostics.FiniteDifferences!;
            Assert.True(report.MaxRelativeError <= (problem.IsDouble ? 1e-6 : 1e-3),
                $"{salt}: {answer.Kind} of {problem}: off by {report.MaxRelativeError}, {report.Checked} checked\ninputs {string.Join(" ", problem.Inputs)}");
            all++;
            judged += Says(answer.Diagnostics.Findings) ? 1 : 0;
        }

        output.WriteLine($"{judged} of {all} judged");
        Assert.True(judged >= 0.3 * all, $"only {judged} of {all} judged");
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_wrong_answer_is_found(string network, Dtype dtype)
    {
        var (found, all) = (0, 0);
        for (var salt = 0; salt < RandomCases.Count(Cases); salt++)
        {
            var (problem, question) = Draw(network, dtype, salt);
            var answer = problem.Answer(question, finiteDifferences: true);
            if (!Says(answer.Diagnostics.Findings) || answer.Gradients is not { } right)
            {
                continue;
            }

            double[] wrong = [.. Answers.Flat(right).Select(entry => 1.1 * entry)];
            all++;
            found += Check(problem, question, dtype == Dtype.Float64
                ? new NdArray(right.Shape, wrong)
                : new NdArray(right.Shape, [.. wrong.Select(entry => (float)entry)])).MaxRelativeError > 0.02 ? 1 : 0;
        }

        output.WriteLine($"{found} of {all} found");

        // Single precision knows the phase of a sine at 1e6 to a tenth, and a constant column of BatchNorm hardly at all: there nothing can be said.
        var least = (network, dtype) switch
        {
            (_, Dtype.Float64) => 0.9,
            ("sine", _) => 0.5,
            _ => 0.8,
        };
        Assert.True(found >= least * all, $"only {found} of {all} found");
    }

    /// <summary>The check of an answer, on a copy in double precision made as the service makes it.</summary>
    private static FiniteDifferenceReport Check(Problem problem, Question question, NdArray answer)
    {
        var shape = NetworkShape.Infer(problem.Network, new Limits());
        using var network = Network.Of(ParameterValues.Of(problem.Network, shape));
        using var copy = network.ToFloat64();
        var plan = RunPlan.Of(shape, problem.Norm, problem.Samples);
        using var run = TorchRun.Alone(plan, copy, new NdArray(problem.InputShape, problem.Inputs), differentiable: true, CancellationToken.None);
        return FiniteDifferences.Check(run, question, plan.Size, new Answer { Gradients = answer }, CancellationToken.None).Report;
    }

    /// <summary>Whether differences were taken to say something of every entry.</summary>
    private static bool Says(IEnumerable<Finding> findings) => findings.All(finding => finding.Code is not ("below-noise" or "kink"));

    private static (Problem Problem, Question Question) Draw(string network, Dtype dtype, int salt)
    {
        var random = new Random(salt);
        var (n, d) = (random.Next(3, 10), random.Next(1, 4));
        Layer activation = random.Next(6) switch { 0 => new Tanh(), 1 => new Silu(), 2 => new Elu(), 3 => new Relu(), 4 => new Gelu(), _ => new Sigmoid() };
        Layer[] layers = network switch
        {
            "normalised first" => [new BatchNorm { Affine = false }, new Linear { OutFeatures = 6 }, activation, new Linear { OutFeatures = 2 }],
            "normalised inside" => [new Linear { OutFeatures = 6 }, new BatchNorm(), activation, new Linear { OutFeatures = 2 }],
            "plain" => [new Linear { OutFeatures = 6 }, activation, new Linear { OutFeatures = 2 }],
            _ => [new Sin(), new Linear { OutFeatures = 6 }, activation, new Linear { OutFeatures = 2 }],
        };
        var columns = Enumerable.Range(0, d).Select(_ => random.Next(8) switch
        {
            0 => (Power(random, -6, 9), 0.0),
            1 or 2 => (0.0, Power(random, -6, 9)),
            _ => (Power(random, -1, 9), Power(random, -3, 5)),
        }).ToList();
        var inputs = Enumerable.Range(0, n * d).Select(element =>
        {
            var (offset, scale) = columns[element % d];
            return (double)(float)(offset + (scale * ((2 * random.NextDouble()) - 1)));
        }).ToArray();
        var problem = ForumProblem.On(random.Next(3) == 0 ? TrainDetached.Mode : Train.Mode, inputs, n, dtype, layers) with { Salt = salt };
        return (problem, Ask(random, n, d));
    }

    private static Question Ask(Random random, int n, int d) => random.Next(9) switch
    {
        0 => new Sum(),
        1 => new PerSample(),
        2 => new Jacobian(),
        3 => new Vjp { Cotangent = Problem.Draw(random, n, 2) },
        4 => new Jvp { Tangent = Problem.Draw(random, n, d) },
        5 => new Hessian(),
        6 => new Laplacian(),
        7 => new Hvp { Cotangent = Problem.Draw(random, n, 2), Tangent = Problem.Draw(random, n, d) },
        _ => new Derivatives { Order = random.Next(1, 4), Direction = Problem.Draw(random, d) },
    };

    private static double Power(Random random, double from, double to) => Math.Pow(10, from + ((to - from) * random.NextDouble()));
}
