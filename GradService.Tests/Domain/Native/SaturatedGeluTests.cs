using GradService.Domain.Arrays;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Native;

/// <summary>Far from 0 gelu is x or 0, and higher derivatives vanish; those of libtorch's own, by the hyperbolic tangent, are NaN there.</summary>
public sealed class SaturatedGeluTests
{
    [Theory]
    [InlineData(GeluApproximation.None)]
    [InlineData(GeluApproximation.Tanh)]
    public void Higher_derivatives_far_from_zero_are_zero(GeluApproximation approximate)
    {
        var answer = DomainServices.Gradients().Differentiate(
            new GradientRequest
            {
                Network = new NetworkSpec { InputShape = [1], Layers = [new Gelu { Approximate = approximate }], Dtype = Dtype.Float64 },
                Inputs = new NdArray(new Shape(2, 1), new[] { 30.0, -50.0 }),
                Gradient = new Derivatives { Order = 4 },
            },
            CancellationToken.None).Gradients!;
        double[] expected = [1, 0, 0, 0, 0, 0, 0, 0];
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], answer[i], 1e-12);
        }
    }
}
