namespace GradService.Domain.Objectives.Sampling;

/// <summary>
/// Latin hypercube sampling (McKay, Beckman and Conover, 1979): along each axis one point in each of n equal strata, somewhere in it.
/// </summary>
internal static class LatinHypercube
{
    /// <summary>The numbers of one axis in [0, 1), by row.</summary>
    /// <param name="random">Those of the axis.</param>
    /// <param name="count">n.</param>
    public static Func<long, double> Along(RandomNumbers random, long count)
    {
        var strata = new Permutation(count, random);
        return row =>
        {
            var stratum = strata.At(row);

            // Rounding may not move the point into the next one.
            return Math.Min(stratum + random.Uniform(RandomNumbers.Use.Points, row), Math.BitDecrement(stratum + 1.0)) / count;
        };
    }
}
