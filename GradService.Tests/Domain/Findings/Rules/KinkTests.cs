using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Laws;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Findings.Rules;

public sealed class KinkTests
{
    private const string Code = "kink";

    [Fact]
    public void An_input_exactly_at_relus_kink_is_counted_and_not_compared()
    {
        var answer = Over(new Relu(), [-1, 0, 1]).Answer(new PerSample(), finiteDifferences: true);
        var finding = answer.Finding(Code);
        Assert.Equal(Severity.Info, finding!.Severity);
        Assert.StartsWith("1 of the 3 entries drawn", finding.Message, StringComparison.Ordinal);
        Assert.Equal(2, answer.Diagnostics.FiniteDifferences!.Checked);
        Assert.Equal(0, answer.Diagnostics.FiniteDifferences.MaxAbsoluteError, 1e-9);
    }

    [Fact]
    public void Every_activation_with_a_kink_has_it_at_its_own_place()
    {
        Assert.All(new Layer[] { new Relu(), new LeakyRelu(), new Selu(), new Elu { Alpha = 0.5 } }, layer =>
            Assert.NotNull(Over(layer, [-1, 0, 1]).Finding(Code, new PerSample(), finiteDifferences: true)));
        Assert.All(new (Layer Layer, double[] Kinks)[]
        {
            (new Relu6(), [0, 6]), (new Hardtanh { MinVal = -0.5, MaxVal = 2 }, [-0.5, 2]), (new Hardswish(), [-3, 3]), (new Hardsigmoid(), [-3, 3]),
            (new Softshrink { Lambda = 0.2 }, [-0.2, 0.2]), (new Hardshrink { Lambda = 0.2 }, [-0.2, 0.2]), (new Prelu(), [0]),
        },
        pair => Assert.All(pair.Kinks, at => Assert.NotNull(Over(pair.Layer, [-1, at, 1]).Finding(Code, new PerSample(), finiteDifferences: true))));
        Assert.NotNull(Over(new Softplus { Beta = 2, Threshold = 3 }, [-1, 1.5, 1]).Finding(Code, new PerSample(), finiteDifferences: true));
    }

    [Fact]
    public void A_step_away_from_the_kink_all_is_compared()
    {
        var answer = Over(new Relu(), [-1, 1e-4, 1]).Answer(new PerSample(), finiteDifferences: true);
        Assert.Null(answer.Finding(Code));
        Assert.Equal(3, answer.Diagnostics.FiniteDifferences!.Checked);
    }

    [Fact]
    public void Smooth_activations_have_none() =>
        Assert.All(new Layer[] { new Tanh(), new Silu(), new Elu(), new Softplus(), new Celu(), new Softsign(), new Tanhshrink(), new LogSigmoid() },
            layer => Assert.Null(Over(layer, [-1, 0, 1]).Finding(Code, new PerSample(), finiteDifferences: true)));

    [Fact]
    public void Elus_second_derivative_jumps_where_its_first_does_not()
    {
        var problem = Over(new Elu(), [-1, 0, 1]);
        Question[] first = [new PerSample(), new Sum(), new Derivatives { Order = 1 }];
        Question[] second = [new Laplacian(), new Hessian(), new Derivatives { Order = 2 }];
        Assert.All(first, question => Assert.Null(problem.Finding(Code, question, finiteDifferences: true)));
        Assert.All(second, question =>
        {
            var answer = problem.Answer(question, finiteDifferences: true);
            Assert.Contains("straddle a point at which the second derivative of elu at 0 jumps", answer.Finding(Code)!.Message, StringComparison.Ordinal);
            Assert.InRange(answer.Diagnostics.FiniteDifferences!.MaxRelativeError, 0, 1e-6);
        });
        Assert.StartsWith("1 of the 6 entries drawn", problem.Finding(Code, new Derivatives { Order = 2 }, finiteDifferences: true)!.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_layer_and_its_place_are_named() => Assert.Contains("the first derivative of softplus at 1.5 jumps",
        Over(new Softplus { Beta = 2, Threshold = 3 }, [-1, 1.5, 1]).Finding(Code, new PerSample(), finiteDifferences: true)!.Message,
        StringComparison.Ordinal);

    [Fact]
    public void Nobody_looks_where_finite_differences_were_not_asked_for() => Assert.Null(Over(new Relu(), [-1, 0, 1]).Finding(Code, new PerSample()));

    private static Problem Over(Layer layer, double[] inputs) => ForumProblem.On(Train.Mode, inputs, inputs.Length, Dtype.Float64, layer);
}
