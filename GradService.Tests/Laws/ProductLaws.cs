using GradService.Domain.Arrays;
using GradService.Domain.Gradients.Kinds;
using GradService.Tests.Oracles;
using GradService.Tests.Problems;

namespace GradService.Tests.Laws;

/// <summary>Every kind of gradient is a part or a product of one and the same batch Jacobian.</summary>
[Trait("Lane", "Slow")]
public sealed class ProductLaws
{
    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void The_sum_over_outputs_of_the_jacobian_is_the_gradient_of_the_sum(string networks) => RandomFamily.Of(networks).Any.Hold(problem =>
    {
        var jacobian = JacobianOf(problem);
        AssertSame(problem, jacobian, jacobian.Sum(All(problem)), problem.Gradients(new Sum()), "sum");
    });

    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void The_diagonal_blocks_of_the_jacobian_are_the_per_sample_gradients(string networks) => RandomFamily.Of(networks).Any.Hold(problem =>
    {
        var jacobian = JacobianOf(problem);
        AssertSame(problem, jacobian, jacobian.PerSample(All(problem)), problem.Gradients(new PerSample()), "perSample");
    });

    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void A_vjp_is_the_cotangent_times_the_jacobian_alone_and_in_a_stack(string networks) => RandomFamily.Of(networks).Any.Hold(problem =>
    {
        var jacobian = JacobianOf(problem);
        var stack = Problem.Draw(problem.Draws(), 3, problem.Samples, problem.OutputElements);
        var parts = Parts(stack);
        AssertSame(problem, jacobian, [.. parts.SelectMany(jacobian.Vjp)], problem.Gradients(new Vjp { Cotangent = stack }), "vjp stack");
        var single = new NdArray(new Shape(problem.Samples, problem.OutputElements), parts[1]);
        AssertSame(problem, jacobian, jacobian.Vjp(parts[1]), problem.Gradients(new Vjp { Cotangent = single }), "vjp");
    });

    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void A_jvp_is_the_jacobian_times_the_tangent_alone_and_in_a_stack(string networks) => RandomFamily.Of(networks).Any.Hold(problem =>
    {
        var jacobian = JacobianOf(problem);
        var stack = Problem.Draw(problem.Draws(), [3, .. problem.InputShape.Dimensions]);
        var parts = Parts(stack);
        AssertSame(problem, jacobian, [.. parts.SelectMany(jacobian.Jvp)], problem.Gradients(new Jvp { Tangent = stack }), "jvp stack");
        AssertSame(problem, jacobian, jacobian.Jvp(parts[1]), problem.Gradients(new Jvp { Tangent = new NdArray(problem.InputShape, parts[1]) }), "jvp");
    });

    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void Vjp_and_jvp_are_adjoint(string networks) => RandomFamily.Of(networks).Any.Hold(problem =>
    {
        var random = problem.Draws();
        var cotangent = Problem.Draw(random, problem.Samples, problem.OutputElements);
        var tangent = Problem.Draw(random, problem.InputShape.Dimensions);
        var left = problem.Gradients(new Vjp { Cotangent = cotangent });
        var right = problem.Gradients(new Jvp { Tangent = tangent });
        var terms = Math.Max(left.Length, right.Length);
        Answers.AssertClose([Dot(right, cotangent)], [Dot(left, tangent)], 1, terms * ((Tolerance(problem) * problem.Scale(left)) + LostInSums(problem)),
            $"adjoint {problem.Network.Dtype}");
    });

    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void A_selection_of_outputs_gives_those_columns_of_the_full_answer(string networks) => RandomFamily.Of(networks).Any.Hold(problem =>
    {
        // In any order, as the selection says.
        var order = All(problem);
        var random = problem.Draws();
        random.Shuffle(order);
        var outputs = order[..random.Next(1, order.Length + 1)];
        var jacobian = JacobianOf(problem);
        AssertSame(problem, jacobian, jacobian.Rows(outputs), problem.Gradients(new Jacobian { Outputs = outputs }), "selected jacobian");
        AssertSame(problem, jacobian, jacobian.PerSample(outputs), problem.Gradients(new PerSample { Outputs = outputs }), "selected perSample");
        AssertSame(problem, jacobian, jacobian.Sum(outputs), problem.Gradients(new Sum { Outputs = outputs }), "selected sum");
    });

    private static BatchJacobian JacobianOf(Problem problem) => new(problem.Jacobian(), problem.Samples, problem.OutputElements, problem.InputElements);

    private static int[] All(Problem problem) => [.. Enumerable.Range(0, problem.OutputElements)];

    private static void AssertSame(Problem problem, BatchJacobian jacobian, double[] expected, double[] actual, string what) =>
        Answers.AssertClose(expected, actual, 1, (Tolerance(problem) * problem.Scale(jacobian.Values)) + LostInSums(problem),
            $"{what} {problem.Network.Dtype}");

    /// <summary>Of the largest entry: both sides share the forward pass and differ in the order of their sums.</summary>
    private static double Tolerance(Problem problem) => problem.IsDouble ? 1e-10 : 1e-3;

    /// <summary>
    /// Sums over a sample's entries differ by as much as the entries are wrong, and what one way to them loses is a
    /// measure of the other's loss.
    /// </summary>
    private static double LostInSums(Problem problem) => problem.Samples * problem.OutputElements * problem.InputElements * 16 * problem.Lost(new Jacobian());

    private static double[][] Parts(NdArray stack) => [.. Answers.Flat(stack).Chunk(stack.Count / (int)stack.Shape[0])];

    private static double Dot(double[] a, NdArray b) => a.Select((x, i) => x * b[i]).Sum();
}
