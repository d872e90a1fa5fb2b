using GradService.Domain.Native;
using GradService.Tests.Api;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Native;

/// <summary>The one gradient function where TorchSharp's own would end the process, accumulate, or leak.</summary>
[Collection(OneAtATime.Name)]
public sealed class AutogradTests : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void An_input_that_the_output_does_not_depend_on_has_the_gradient_zero()
    {
        var (used, unused) = (Leaf(1, 2), Leaf(3, 4, 5));
        Assert.Equal([0, 0, 0], Autograd.VectorJacobianProduct(used.Squared(), Ones(2), unused).ToDoubles());
    }

    [Fact]
    public void An_output_without_a_graph_has_the_gradient_zero() =>
        Assert.Equal([0, 0], Autograd.VectorJacobianProduct(ones([3], ScalarType.Float64), Ones(3), Leaf(1, 2)).ToDoubles());

    [Fact]
    public void An_infinite_input_that_is_unused_has_the_gradient_zero() =>
        Assert.Equal([0, 0], Autograd.VectorJacobianProduct(Leaf(1).Squared(), Ones(1), Leaf(double.PositiveInfinity, double.NaN)).ToDoubles());

    [Fact]
    public void A_cotangent_of_another_shape_is_refused_and_can_be_caught()
    {
        var x = Leaf(1, 2);
        Assert.Equal("The cotangent has shape [3], the output [2].",
            Assert.Throws<ArgumentException>(() => Autograd.VectorJacobianProduct(x.Squared(), Ones(3), x)).Message);
    }

    [Fact]
    public void Without_inputs_nothing_is_differentiated()
    {
        var x = ones(2).requires_grad_();
        Assert.Empty(Autograd.VectorJacobianProducts([(x.Squared(), Ones(2))], []));
        Assert.Null(x.grad);
    }

    [Fact]
    public void An_input_that_is_no_leaf_is_refused()
    {
        var x = Leaf(1, 2);
        var inner = x.Squared();
        Assert.Throws<ArgumentException>(() => Autograd.VectorJacobianProduct(inner.sin(), Ones(2), inner));
        Assert.Throws<ArgumentException>(() => Autograd.VectorJacobianProduct(inner, Ones(2), x.detach()));
    }

    [Fact]
    public void Twice_the_same_question_has_the_same_answer_and_grad_stays_empty()
    {
        var x = Leaf(1, 2, 3);
        var y = x.Squared();
        foreach (var differentiable in new[] { false, false, true, true, false })
        {
            Assert.Equal([2, 4, 6], Autograd.VectorJacobianProduct(y, Ones(3), x, differentiable).ToDoubles());
            Assert.Null(x.grad);
        }
    }

    [Fact]
    public void What_someone_left_in_grad_is_not_added()
    {
        var x = Leaf(1, 2);
        x.grad = Ones(2);
        Assert.Equal([2, 4], Autograd.VectorJacobianProduct(x.Squared(), Ones(2), x).ToDoubles());
    }

    [Fact]
    public void Leaves_that_share_numbers_do_not_share_gradients()
    {
        var x = Leaf(1, 2);
        var other = x.detach().requires_grad_();
        Assert.Equal([2, 4], Autograd.VectorJacobianProduct(x.Squared().Plus(other), Ones(2), x).ToDoubles());
        Assert.Null(other.grad);
    }

    [Fact]
    public void After_a_failure_grad_is_empty_and_the_next_answer_right()
    {
        var x = Leaf(1, 2);

        // Written over after it was recorded: libtorch finds out in the backward sweep.
        var y = x.sin();
        var squared = y.Times(y);
        y.detach().zero_();
        Assert.ThrowsAny<System.Runtime.InteropServices.ExternalException>(() => Autograd.VectorJacobianProduct(squared, Ones(2), x));
        Assert.Null(x.grad);
        Assert.Equal([2, 4], Autograd.VectorJacobianProduct(x.Squared(), Ones(2), x).ToDoubles());
    }

    [Fact]
    public void A_differentiable_gradient_can_be_differentiated_again()
    {
        var x = Leaf(1, 2);
        var first = Autograd.VectorJacobianProduct(x.Squared().Times(x), Ones(2), x, differentiable: true);
        var second = Autograd.VectorJacobianProduct(first, Ones(2), x, differentiable: true);
        Assert.Equal([6, 12], second.ToDoubles());
        Assert.Equal([6, 6], Autograd.VectorJacobianProduct(second, Ones(2), x).ToDoubles());
    }

    [Fact]
    public void A_thousand_differentiable_gradients_leave_no_tensor_and_no_memory_behind()
    {
        LibTorch.PrepareThread();
        var x = zeros([20_000], ScalarType.Float64).requires_grad_();
        void Differentiate()
        {
            using var scope = NewDisposeScope();
            Autograd.VectorJacobianProduct(x.sin().Squared(), x.detach().cos(), x, differentiable: true);
        }

        Differentiate();
        var (tensors, memory) = (LivingTensors.OfThisThread, Environment.WorkingSet);
        for (var i = 0; i < 1_000; i++)
        {
            Differentiate();
        }

        Assert.Equal(tensors, LivingTensors.OfThisThread);

        // A graph that held itself alive would be a gigabyte by now, out of reach of any count of handles.
        Assert.InRange(Environment.WorkingSet - memory, long.MinValue, 200_000_000);
    }

    private static Tensor Leaf(params double[] values) => tensor(values, ScalarType.Float64).requires_grad_();

    private static Tensor Ones(int count) => ones([count], ScalarType.Float64);
}
