using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Tests.Api;
using GradService.Tests.Api.Hosting.Security;
using GradService.Tests.Domain.Native;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Gradients;

/// <summary>What would take too long or fill memory is refused by its count, with what to ask instead, before a tensor is made.</summary>
public sealed class RowByRowLimitTests
{
    /// <summary>Two coupled layers, ten samples, two outputs: order 3 has no way but row by row, N²·M·order = 600.</summary>
    private static readonly GradientRequest Third = CoupledNetworks.Of(coupled: 2, positions: false, outputs: 2, samples: 10)
        .Ask(new Derivatives { Order = 3, Direction = Problem.Draw(new Random(1), 2) });

    [Fact]
    public void Row_by_row_work_beyond_the_limit_is_refused_before_anything_is_computed()
    {
        var service = DomainServices.Gradients(new Limits { MaxRowByRowWork = 599 });
        var before = LivingTensors.MadeByThisThread;
        var fault = Assert.Single(Assert.Throws<FaultException>(() => service.Differentiate(Third, CancellationToken.None)).Faults);
        Assert.Equal(before, LivingTensors.MadeByThisThread);
        Assert.Equal(FaultCode.TooLarge, fault.Code);
        Assert.Equal("gradient", fault.Path);
        Assert.Equal("600", fault.Got);
        Assert.StartsWith("at most 599 of N²·M·order", fault.Expected, StringComparison.Ordinal);
        Assert.Contains("MaxRowByRowWork", fault.Expected, StringComparison.Ordinal);
        Assert.Contains("use mode trainDetached, under which sweeps serve all samples at once", fault.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void As_much_work_as_the_limit_is_done() =>
        Assert.Equal(60, DomainServices.Gradients(new Limits { MaxRowByRowWork = 600 }).Differentiate(Third, CancellationToken.None).Diagnostics.Passes);

    [Fact]
    public void Without_two_coupled_layers_the_limit_has_nothing_to_say()
    {
        var service = DomainServices.Gradients(new Limits { MaxRowByRowWork = 1 });
        foreach (var coupled in new[] { 0, 1 })
        {
            var request = CoupledNetworks.Of(coupled, positions: false, outputs: 2, samples: 10).Ask(Third.Gradient);
            Assert.Equal(6, service.Differentiate(request, CancellationToken.None).Diagnostics.Passes);
        }
    }

    [Fact]
    public async Task Over_HTTP_it_is_413_by_default_from_ten_million_on()
    {
        await using var application = new GradApplication();
        var request = GoodRequests.Gradient()
            .With("network.layers",
                """[{ "type": "linear", "outFeatures": 2 }, { "type": "batchNorm" }, { "type": "tanh" }, { "type": "batchNorm" }, """
                    + """{ "type": "linear", "outFeatures": 1 }]""")
            .With("gradient", """{ "kind": "derivatives", "order": 3 }""")
            .With("inputs", $"[{string.Join(", ", Enumerable.Range(0, 2000).Select(sample => $"[{sample}]"))}]");
        (await ProblemAnswer.PostAsync(application, "/v1/gradients", request.ToJsonString())).AssertSays(413, "gradient",
            "Expected at most 10000000 of N²·M·order, as two or more coupled layers make higher derivatives go row by row (limit MaxRowByRowWork), "
                + "got 12000000. Send fewer samples, select fewer outputs, or use mode trainDetached…");
    }

    [Fact]
    public void A_dense_Jacobian_beyond_the_limit_is_told_of_the_factored_form_which_fits()
    {
        var service = DomainServices.Gradients(new Limits { MaxResultBytes = 200_000 });
        var problem = ForumProblem.Of(GradService.Domain.Statistics.Modes.Train.Mode, samples: 300, Dtype.Float64);
        var fault = Assert.Single(Assert.Throws<FaultException>(() => service.Differentiate(problem.Ask(new Jacobian()), CancellationToken.None)).Faults);
        Assert.Equal(FaultCode.TooLarge, fault.Code);
        Assert.Contains("MaxResultBytes", fault.Expected, StringComparison.Ordinal);
        Assert.Contains("form factored", fault.Remedy, StringComparison.Ordinal);
        Assert.NotNull(service.Differentiate(problem.Ask(new Jacobian { Form = JacobianForm.Factored }), CancellationToken.None).Factors);
    }
}
