using GradService.Domain.Arrays;

namespace GradService.Domain.Separation;

/// <summary>
/// A batch Jacobian as block-diagonal plus low rank: J[j, :, i] = δ_ij · diagonal[j] + left[j] · right[:, i]. K counts the coupled
/// layers in forward order, in each the means and then the variances; 0 where none couples the samples.
/// </summary>
public sealed record JacobianFactors
{
    /// <summary>The detached gradient ∂y_i/∂x_i, statistics held constant, [N, M, D…].</summary>
    public required NdArray Diagonal { get; init; }

    /// <summary>The total derivative of y_j by the statistics, [N, M, K].</summary>
    public required NdArray Left { get; init; }

    /// <summary>The explicit derivative of the statistics by x_i, [K, N, D…].</summary>
    public required NdArray Right { get; init; }

    /// <summary>The shapes, as nested lists lose those with a 0.</summary>
    public FactorShapes Shapes => new(Diagonal.Shape.Dimensions.ToArray(), Left.Shape.Dimensions.ToArray(), Right.Shape.Dimensions.ToArray());

    internal long Samples => Diagonal.Shape[0];

    internal long Outputs => Diagonal.Shape[1];

    /// <summary>D, elements of one input sample.</summary>
    internal long Elements => Diagonal.Count / (Samples * Outputs);

    /// <summary>K.</summary>
    internal long Statistics => Left.Shape[2];

    /// <summary>[N, M, N, D…].</summary>
    internal Shape DenseShape => new([Samples, Outputs, Samples, .. Diagonal.Shape.Dimensions[2..]]);

    /// <summary>An entry of the dense Jacobian, flat.</summary>
    internal double this[long entry]
    {
        get
        {
            var (row, moved) = (entry / (Samples * Elements), entry % (Samples * Elements));
            var value = moved / Elements == row / Outputs ? Diagonal[(row * Elements) + (moved % Elements)] : 0;
            for (var k = 0L; k < Statistics; k++)
            {
                value += Left[(row * Statistics) + k] * Right[(k * Samples * Elements) + moved];
            }

            return value;
        }
    }

    /// <summary>The largest absolute entry of the own blocks.</summary>
    internal double MaxOwn(CancellationToken cancellation)
    {
        var max = 0.0;
        for (var row = 0L; row < Samples * Outputs; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var element = 0L; element < Elements; element++)
            {
                max = Math.Max(max, Math.Abs(this[(row * Samples * Elements) + (row / Outputs * Elements) + element]));
            }
        }

        return max;
    }
}

/// <summary>The shapes of the factors of a batch Jacobian.</summary>
/// <param name="Diagonal">[N, M, D…].</param>
/// <param name="Left">[N, M, K].</param>
/// <param name="Right">[K, N, D…].</param>
public sealed record FactorShapes(IReadOnlyList<long> Diagonal, IReadOnlyList<long> Left, IReadOnlyList<long> Right);
