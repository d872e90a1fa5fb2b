using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Faults;
using GradService.Domain.Findings;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Objectives;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Domain.Findings;
using GradService.Tests.Problems;
using Residual = GradService.Domain.Networks.Layers.Residual;

namespace GradService.Tests.Domain.Gradients.Rules;

public sealed class TrainEvalSignTests
{
    private const string Code = "train-eval-sign";

    private static readonly GradientService Service = DomainServices.Gradients();

    private static readonly DiagnosticsSpec Compared = new() { CompareSigns = true };

    /// <summary>
    /// x − 2·BatchNorm(x) over −1 and 1, whose deviation is 1: with the statistics held a slope of 1 − 2; with them recomputed 1, as what
    /// is normalised stays −1 and 1; with running variance 100 it is 1 − 0.2.
    /// </summary>
    [Theory]
    [InlineData("train")]
    [InlineData("trainDetached")]
    [InlineData("eval")]
    [InlineData("movingAverage")]
    public void The_message_names_each_pair_whatever_the_mode_of_the_request(string mode)
    {
        var problem = Flipping(BatchNormMode.Find(mode)!);
        var finding = Ask(problem, new PerSample()).Finding(Code);
        Assert.Equal(Severity.Info, finding!.Severity);
        Assert.StartsWith("Of the gradient's 2 entries, 100% change their sign between train and trainDetached (2 of 2); 0% change their sign between train "
            + "and eval (0 of 2); 100% change their sign between trainDetached and eval (2 of 2). A step along the sign", finding.Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain("below rounding", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_said_only_where_it_is_asked_for() =>
        Assert.Null(Service.Differentiate(Flipping(Train.Mode).Ask(new PerSample()), CancellationToken.None).Finding(Code));

    [Fact]
    public void A_gradient_of_rounding_noise_has_no_signs()
    {
        var message = Ask(ForumProblem.Of(Train.Mode), new Sum()).Finding(Code)!.Message;
        Assert.Contains("none has a sign to compare between train and trainDetached; none has a sign to compare between train and eval; ", message,
            StringComparison.Ordinal);
        Assert.Contains("are not counted.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mode_that_cannot_be_computed_is_left_out_with_the_reason()
    {
        var message = Ask(ForumProblem.On(Eval.Mode, [0.5], 1, Dtype.Float64, new BatchNorm()), new Sum()).Finding(Code)!.Message;
        Assert.StartsWith("The signs of the gradient cannot be compared between modes. Mode train is left out: it needs more than one value per channel",
            message, StringComparison.Ordinal);
        Assert.Contains("Mode trainDetached is left out", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_that_keeps_its_own_mode_makes_no_difference()
    {
        var problem = Flipping(Train.Mode);
        var named = problem with { Norm = problem.Norm with { Layers = new Dictionary<string, BatchNormMode> { ["0.layers.0"] = TrainDetached.Mode } } };
        Assert.StartsWith("0% of the gradient's entries", Ask(named, new PerSample()).Finding(Code)!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_answer_is_the_same_to_the_bit()
    {
        var problem = Flipping(MovingAverage.Mode);
        var plain = Service.Differentiate(problem.Ask(new PerSample()), CancellationToken.None);
        var compared = Ask(problem, new PerSample());
        Assert.Equal(plain.Gradients!.Doubles, compared.Gradients!.Doubles);
        Assert.Equal(plain.BatchNorm.Layers[0].RunningMean!.Doubles, compared.BatchNorm.Layers[0].RunningMean!.Doubles);
        Assert.Equal(plain.Diagnostics.Passes, compared.Diagnostics.Passes);
    }

    /// <summary>Two gradients more beside a request in one of the three modes, three beside another.</summary>
    [Theory]
    [InlineData("train", 3)]
    [InlineData("movingAverage", 4)]
    public void The_other_modes_are_priced_before_anything_is_run(string mode, int gradients)
    {
        var problem = ForumProblem.Of(BatchNormMode.Find(mode)!);
        using var plain = Service.QuoteGradient(problem.Ask(new Sum()));
        using var compared = Service.QuoteGradient(problem.Ask(new Sum()) with { Diagnostics = Compared });
        Assert.Equal(gradients, compared.Cost.Passes);
        Assert.Equal(gradients, compared.StepCount);
        Assert.Equal(gradients * plain.Cost.ResultBytes, compared.Cost.ResultBytes);
        Assert.InRange(compared.Cost.Work, (gradients - 1) * plain.Cost.Work, 2 * gradients * plain.Cost.Work);

        var narrow = DomainServices.Gradients(new Limits { MaxPasses = gradients - 1 });
        var fault = Assert.Single(Refused(() => narrow.QuoteGradient(problem.Ask(new Sum()) with { Diagnostics = Compared })));
        Assert.Equal((FaultCode.TooLarge, "diagnostics.compareSigns"), (fault.Code, fault.Path));
    }

    [Fact]
    public void Kinds_without_entries_to_step_along_refuse_it()
    {
        var fault = Assert.Single(Refused(() => Service.QuoteGradient(ForumProblem.Of(Train.Mode).Ask(new Laplacian()) with { Diagnostics = Compared })));
        Assert.Equal(("diagnostics.compareSigns", "nothing or false with kind laplacian", "true"), (fault.Path, fault.Expected, fault.Got));
        Assert.Equal("Ask for kind sum or perSample or vjp, whose entries tell which way to move an input.", fault.Remedy);
    }

    [Fact]
    public void Outputs_comparisons_and_losses_refuse_it()
    {
        var problem = ForumProblem.Of(Train.Mode).Ask(new Sum());
        ForwardRequest forward = new() { Network = problem.Network, Inputs = problem.Inputs, Diagnostics = Compared };
        ComparisonRequest comparison = new()
        {
            Network = problem.Network,
            Inputs = problem.Inputs,
            Diagnostics = Compared,
            Compare = [new ComparisonEntry(Train.Mode, new Sum())],
        };
        var loss = PoissonProblem.Request(ObjectiveVariant.Recommended) with { Diagnostics = Compared };
        var compared = new ObjectiveComparisonRequest
        {
            Network = loss.Network,
            Variables = loss.Variables,
            Outputs = loss.Outputs,
            Points = loss.Points,
            Terms = loss.Terms,
            Diagnostics = Compared,
        };
        Assert.All<Action>([() => Service.QuoteForward(forward), () => Service.QuoteComparison(comparison),
            () => DomainServices.Objectives().QuoteEvaluation(loss), () => DomainServices.Objectives().QuoteComparison(compared)],
            quote => Assert.Equal("diagnostics.compareSigns", Assert.Single(Refused(quote)).Path));
    }

    private static GradientResult Ask(Problem problem, Question question) =>
        Service.Differentiate(problem.Ask(question) with { Diagnostics = Compared }, CancellationToken.None);

    private static IReadOnlyList<Fault> Refused(Action quote) => Assert.Throws<FaultException>(quote).Faults;

    private static Problem Flipping(BatchNormMode mode)
    {
        var (weight, variance) = (-2.0, 100.0);
        var problem = ForumProblem.On(mode, [-1, 1], 2, Dtype.Float64, new Residual { Layers = [new BatchNorm { Eps = 0 }] });
        return problem with
        {
            Network = problem.Network with
            {
                Parameters = new Dictionary<string, NdArray>
                {
                    ["0.layers.0.weight"] = new(new Shape(1), new[] { weight }),
                    ["0.layers.0.running_var"] = new(new Shape(1), new[] { variance }),
                },
            },
        };
    }
}
