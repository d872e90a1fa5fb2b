using GradService.Domain.Arrays;

namespace GradService.Domain.Objectives;

/// <summary>What the terms of a loss keep beside the passes that they read, in elements, estimated from formulas and counts of points.</summary>
internal static class TermCost
{
    // Measured: a tensor of one number, the node of the graph that made it and the object that holds it, each kept until the sweep.
    private const long BytesOfATensor = 2_048;

    // The residual's slope, its gradient and what adds up those of the values that it reads.
    private const long SweptWithEach = 4;

    /// <summary>
    /// Tensors: with parameter gradients the graphs of all terms of a batch stand until one sweep takes them; without, those of one block of
    /// points.
    /// </summary>
    /// <param name="setting">What is evaluated.</param>
    /// <param name="live">Whether parameter gradients are wanted.</param>
    public static long Tensors(ObjectiveSetting setting, bool live)
    {
        var (inputs, kept, alive) = (setting.Shape.Input.Elements, 0L, 0L);
        var each = BytesOfATensor / setting.Shape.Dtype.SizeInBytes();
        foreach (var batch in setting.Batches)
        {
            foreach (var set in batch.Sets)
            {
                var points = batch.IsRowByRow && set.Derivatives.Sweeps > 0 ? 1 : set.Count;
                foreach (var term in set.Terms)
                {
                    kept = kept.SaturatingPlus(live ? points.SaturatingTimes(term.Residual.Kept(inputs) + SweptWithEach) : 0)
                        .SaturatingPlus((live ? term.Residual.Operations : 0) * each);
                    alive = Math.Max(alive, (live ? points : Math.Min(points, Loss.PointsAtOnce)).SaturatingTimes(term.Residual.Alive(inputs)));
                }
            }
        }

        return kept.SaturatingPlus(alive);
    }

    /// <summary>Arrays: residuals of all terms and the derivatives that they read, those with all statistics held constant beside them.</summary>
    public static long Arrays(ObjectiveSetting setting) => setting.Objective.Sets
        .Sum(set => set.Count.SaturatingTimes(set.Terms.Count + set.Quantities.Sum(quantity => quantity.WholeGradient ? setting.Shape.Input.Elements : 1)))
        .SaturatingTimes(setting.Normalization.Coupled ? 2 : 1);
}
