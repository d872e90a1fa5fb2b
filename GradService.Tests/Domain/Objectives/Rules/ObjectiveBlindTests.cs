using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Objectives;
using GradService.Tests.Api;
using GradService.Tests.Api.Hosting.Security;
using GradService.Tests.Domain.Findings;
using GradService.Tests.Laws;
using GradService.Tests.Problems;
using static GradService.Tests.Domain.Findings.FindingOf;

namespace GradService.Tests.Domain.Objectives.Rules;

public sealed class ObjectiveBlindTests
{
    private const string Code = "objective-blind";

    [Theory]
    [InlineData(1, Dtype.Float64)]
    [InlineData(2, Dtype.Float64)]
    [InlineData(1, Dtype.Float32)]
    public void The_naive_variant_is_blind_and_says_so(int blocks, Dtype dtype)
    {
        var request = PoissonProblem.Request(PoissonProblem.Variant("a"), blocks, points: 25, dtype: dtype);
        var finding = request.Answer().Finding(Code)!;
        Assert.Equal(Severity.Warning, finding.Severity);
        Assert.Contains("'pde'", finding.Message, StringComparison.Ordinal);
        Assert.Contains($"its value, {Digits(request.Answer().Terms[0].Value)},", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_blind_term_has_no_parameter_gradient_and_its_value_is_the_forcings_own()
    {
        var request = PoissonProblem.Request(PoissonProblem.Variant("a"), blocks: 2, points: 100);
        var (pde, bc) = (request.Only("pde").Answer(), request.Only("bc").Answer());
        Assert.True(pde.GradientNorm() < 1e-10 * bc.GradientNorm());

        // The mean of (π² sin πx)² over equidistant points is π⁴/2.
        Assert.Equal(Math.Pow(Math.PI, 4) / 2, pde.Terms[0].Value, 1e-9);
    }

    [Theory]
    [InlineData("b")]
    [InlineData("c")]
    [InlineData("d")]
    [InlineData("e")]
    [InlineData("f")]
    public void The_other_variants_see(string letter) => Assert.Null(PoissonProblem.Request(PoissonProblem.Variant(letter)).Answer().Finding(Code));

    [Fact]
    public void A_piecewise_linear_network_has_no_second_derivative_in_any_mode()
    {
        var finding = PoissonProblem.Request(PoissonProblem.Variant("c"), activation: new Relu()).Answer().Finding(Code)!;
        Assert.Contains("the network is piecewise linear (layer 1 (relu))", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_derivative_that_happens_to_be_zero_is_not_blind()
    {
        // With a last layer of zeros u_xx is zero everywhere, and yet one step moves it.
        var request = PoissonProblem.Request(PoissonProblem.Variant("c")).With(("3.weight", new NdArray(new Shape(1, 8), new double[8])));
        Assert.Null((request with { Network = request.Spec() with { Seed = 11 } }).Answer().Finding(Code));
    }

    [Fact]
    public void Nor_is_one_whose_slope_by_the_parameters_happens_to_be_zero_as_well()
    {
        var request = PoissonProblem.Request(PoissonProblem.Variant("e"), blocks: 0)
            .With(("0.weight", new NdArray(new Shape(8, 1), new double[8])), ("2.weight", new NdArray(new Shape(1, 8), new double[8])));
        var answer = (request with { Network = request.Spec() with { Seed = 11 } }).Answer();
        Assert.Equal(0, answer.ParameterGradients!["0.weight"].MaxAbsolute());
        Assert.Null(answer.Finding(Code));
    }

    [Fact]
    public void Where_the_output_stands_beside_its_derivative_something_remains()
    {
        var request = PoissonProblem.Request(PoissonProblem.Variant("a"));
        request = request with { Terms = [new ObjectiveTerm { Name = "helmholtz", On = "interior", Residual = "u_xx + u" }] };
        Assert.Contains("training sees only what stands beside them", request.Answer().Finding(Code)!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gradient_penalty_can_be_blind_too()
    {
        var request = PoissonProblem.Request(PoissonProblem.Variant("a"));
        request = request with { Terms = [new ObjectiveTerm { Name = "gp", On = "interior", GradientPenalty = new GradientPenalty() }] };
        Assert.Contains("∇u vanishes identically", request.Answer().Finding(Code)!.Message, StringComparison.Ordinal);
    }
}
