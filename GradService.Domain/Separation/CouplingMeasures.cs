using GradService.Domain.Arrays;

namespace GradService.Domain.Separation;

/// <summary>Squared norms of a batch Jacobian, on and off its diagonal blocks, in units of which the squares neither overflow nor vanish.</summary>
/// <param name="Unit">What the Jacobian was divided by before it was squared.</param>
/// <param name="Squares">Σ‖J_ij‖² over all blocks.</param>
/// <param name="OffDiagonal">Σ_{i≠j}‖J_ij‖².</param>
/// <param name="OffDiagonalColumns">For each sample i, Σ_{j≠i}‖J_ji‖²: how strongly it moves the others' outputs.</param>
internal sealed record CouplingMeasures(double Unit, double Squares, double OffDiagonal, double[] OffDiagonalColumns)
{
    /// <summary>Σ_{i≠j}‖J_ij‖² / Σ‖J_ij‖²; 0 where the Jacobian vanishes, null where it is not finite.</summary>
    public double? Share => !double.IsFinite(Squares) ? null : Squares > 0 ? Math.Clamp(OffDiagonal / Squares, 0, 1) : 0;

    /// <summary>The Frobenius norm of the Jacobian.</summary>
    public double Norm => Unit * Math.Sqrt(Squares);

    /// <summary>The sample that moves the others' outputs most, and how strongly: √Σ_{j≠i}‖J_ji‖².</summary>
    public InfluentialSample MostInfluential
    {
        get
        {
            var strongest = Array.IndexOf(OffDiagonalColumns, OffDiagonalColumns.Max());
            return new InfluentialSample(strongest, Unit * Math.Sqrt(OffDiagonalColumns[strongest]));
        }
    }

    /// <summary>The power of two in which such a number is at least 1 and less than 2; 1 where there is none.</summary>
    public static double UnitOf(double largest) => double.IsNormal(largest) ? Math.ScaleB(1, Math.ILogB(largest)) : 1;

    /// <summary>From all blocks of a dense Jacobian [N, M, N, D…].</summary>
    public static CouplingMeasures Of(NdArray jacobian, CancellationToken cancellation)
    {
        var (samples, outputs) = (jacobian.Shape[0], jacobian.Shape[1]);
        var d = jacobian.Count / (samples * outputs * samples);
        var unit = UnitOf(jacobian.MaxAbsolute());
        var columns = new double[samples];
        var all = 0.0;
        for (var index = 0L; index < jacobian.Count; index++)
        {
            if (index % (d * samples) == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            var value = jacobian[index] / unit;
            var square = value * value;
            var moved = index / d % samples;
            all += square;
            columns[moved] += moved == index / (d * samples * outputs) ? 0 : square;
        }

        return new CouplingMeasures(unit, all, columns.Sum(), columns);
    }
}
