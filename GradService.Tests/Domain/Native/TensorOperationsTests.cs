using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Native;

/// <summary>The wrapped operations say what they do, in the precision of what they are given.</summary>
public sealed class TensorOperationsTests : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void SumOver_0_sums_the_samples_in_the_right_precision(ScalarType dtype)
    {
        // TorchSharp's own sum(0) would give a single byte, 300.75 mod 256 of it.
        var x = tensor([100.25, 1, 200.5, 2], [2, 2]).to_type(dtype);
        var sum = x.SumOver([0]);
        Assert.Equal(dtype, sum.dtype);
        Assert.Equal([2], sum.shape);
        Assert.Equal([300.75, 3], sum.ToDoubles());
        Assert.Equal([1, 2], x.SumOver([0], keepAxes: true).shape);
        Assert.Equal([303.75], x.SumOver([0, 1]).ToDoubles());
        Assert.Equal(dtype, x.MeanOver([0]).dtype);
        Assert.Equal([150.375, 1.5], x.MeanOver([0]).ToDoubles());
    }

    public static TheoryData<string, double, double> Pointwise { get; } = new()
    {
        { "Plus", 1.5, 1.5 + 0.1 },
        { "Times", 1.5, 1.5 * 0.1 },
        { "Over", 1.5, 1.5 / 0.1 },
        { "Squared", 1.5, 2.25 },
        { "Power", 1.5, 1.0413797439924106 },
        { "LeakyRelu", -1.5, -1.5 * 0.1 },
        { "Elu", -1.5, -0.0776869839851570 },
        { "Celu", -0.05, 0.1 * -0.3934693402873666 },
        { "Hardtanh", -1.5, -0.1 },
        { "Softshrink", -1.5, -1.4 },
        { "Hardshrink", -1.5, -1.5 },
        { "Softplus", 1.5, 1.70141327798275 },
    };

    [Theory]
    [MemberData(nameof(Pointwise))]
    public void An_operation_gives_its_number_and_keeps_single_precision(string operation, double x, double expected)
    {
        Func<Tensor, Tensor> apply = operation switch
        {
            "Plus" => a => a.Plus(0.1),
            "Times" => a => a.Times(0.1),
            "Over" => a => a.Over(0.1),
            "Power" => a => a.Power(0.1),
            "Squared" => a => a.Squared(),
            "LeakyRelu" => a => a.LeakyRelu(0.1),
            "Elu" => a => a.Elu(0.1),
            "Celu" => a => a.Celu(0.1),
            "Hardtanh" => a => a.Hardtanh(-0.1, 0.2),
            "Softshrink" => a => a.Softshrink(0.1),
            "Hardshrink" => a => a.Hardshrink(0.1),
            _ => a => a.Softplus(1, 20),
        };
        Assert.Equal(expected, apply(tensor([x], ScalarType.Float64)).ToDoubles()[0], 13);
        Assert.Equal(ScalarType.Float32, apply(tensor([x], ScalarType.Float32)).dtype);
    }

    [Fact]
    public void Softplus_stays_finite_in_value_and_derivatives_where_its_exponential_overflows()
    {
        var x = tensor([1000.0, -1000, 20, 20.0000001, 0]).requires_grad_();
        var first = Autograd.VectorJacobianProduct(x.Softplus(1, 20), ones_like(x).detach(), x, differentiable: true);
        var second = Autograd.VectorJacobianProduct(first, ones_like(x).detach(), x);
        Assert.Equal(1, first.ToDoubles()[0]);
        Assert.Equal(0.5, first.ToDoubles()[4]);
        Assert.Equal(0.25, second.ToDoubles()[4], 15);
        Assert.All([.. x.Softplus(1, 20).ToDoubles(), .. first.ToDoubles(), .. second.ToDoubles()], value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void ZerosLike_is_zero_also_of_infinities_and_is_a_constant()
    {
        var zero = tensor([double.NaN, double.PositiveInfinity, 1]).requires_grad_().ZerosLike();
        Assert.Equal([0, 0, 0], zero.ToDoubles());
        Assert.False(zero.requires_grad);
    }
}
