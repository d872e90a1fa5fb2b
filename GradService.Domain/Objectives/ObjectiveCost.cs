using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Gradients;
using GradService.Domain.Separation;

namespace GradService.Domain.Objectives;

/// <summary>What a loss takes, estimated from its sizes before anything is allocated.</summary>
internal static class ObjectiveCost
{
    /// <summary>Losses or forward passes that finite differences take: two for each entry.</summary>
    public const long DifferencedPasses = 2 * FiniteDifferences.MaxEntries;

    /// <param name="setting">What is evaluated.</param>
    /// <param name="request">What is handed out and checked.</param>
    public static Cost Of(ObjectiveSetting setting, ObjectiveRequest request)
    {
        var live = request.WantsGradients;
        var itemSize = setting.Shape.Dtype.SizeInBytes();
        var (kept, work, points, polynomials) = (0L, 0L, 0L, 0L);
        foreach (var batch in setting.Batches)
        {
            var samples = batch.Count;
            points += samples;

            // The pass that finds the statistics, the one that is differentiated, and a graph for each sweep that is differentiated again, which is
            // about twice as large as that of the sweep before. Where a frozen copy goes along, all but the first are twice as long.
            var graphs = Graphs(batch);
            var passes = samples.SaturatingTimes(2).SaturatingPlus(graphs);
            kept = kept.SaturatingPlus(passes.SaturatingTimes(batch.HasFrozenCopy ? 2 : 1));
            polynomials = polynomials.SaturatingPlus(
                batch.Separated?.Way is Expansion ? Expansion.WorkingElements(batch.Plan.Size).SaturatingTimes(live ? 2 : 1) : 0);
            work = work.SaturatingPlus(batch.IsRowByRow
                ? batch.Sets.Where(set => set.Derivatives.Sweeps > 0)
                    .Sum(set => samples.SaturatingTimes(set.Count).SaturatingTimes(set.Derivatives.Sweeps).SaturatingTimes(set.Rounds(live)))
                : 0);
        }

        // The gradient as left partial is held against the whole one, for which all is run once more.
        var partial = live && setting.IsPartial;
        kept = kept.SaturatingTimes(partial ? 2 : 1);
        var referenceSamples = setting.ReferenceInputs?.Shape[0] ?? 0;
        var alive = setting.Shape.KeptElements.SaturatingTimes(Cost.TensorsPerKept).SaturatingTimes(kept.SaturatingPlus(referenceSamples))
            .SaturatingPlus(setting.Shape.ScratchElements.SaturatingTimes(points).SaturatingTimes(2))
            .SaturatingPlus(setting.Shape.ParameterElements.SaturatingTimes(live ? 4 : 1))
            .SaturatingPlus(TermCost.Tensors(setting, live).SaturatingPlus(polynomials).SaturatingTimes(partial ? 2 : 1))
            .SaturatingPlus(TermCost.Arrays(setting));
        var numbers = (request.Return.Contains(ObjectivePart.Residuals) ? setting.Objective.Terms.Sum(term => setting.Objective.Sets[term.Sets[0]].Count) : 0)
            .SaturatingPlus(request.Return.Contains(ObjectivePart.ParameterGradients) ? setting.Shape.ParameterElements + setting.Objective.Unknowns.Count : 0)
            .SaturatingPlus(setting.Objective.Sets.Aggregate(0L, (sum, set) => sum.SaturatingPlus(set.Points.Shape.Elements))
                .SaturatingTimes((setting.WantsInputGradients ? 1 : 0) + (request.Return.Contains(ObjectivePart.Points) ? 1 : 0)))
            .SaturatingPlus(setting.Normalization.Sites.Sum(site => 4 * site.Node.Input[0]).SaturatingTimes(setting.Batches.Count));
        var differences = request.Diagnostics.FiniteDifferences;
        var sweeps = setting.Sweeps(live).SaturatingPlus(differences ? setting.Sweeps(live: false).SaturatingTimes(DifferencedPasses) : 0);
        return new Cost(alive.SaturatingTimes(itemSize).SaturatingPlus(differences ? alive.SaturatingTimes(sizeof(double)) : 0),
            numbers.SaturatingTimes(itemSize), Work: 0)
        {
            Numbers = numbers,
            Passes = sweeps,
            RowByRowWork = work.SaturatingTimes(differences ? 1 + DifferencedPasses : 1),
        };
    }

    /// <summary>What all of a batch's graphs keep, in times what one sample's pass keeps.</summary>
    private static long Graphs(ObjectiveBatch batch) => batch.Separated?.Way switch
    {
        null => 0,

        // Each set over its own points alone.
        Apart => batch.Sets.Aggregate(0L, (sum, set) => sum.SaturatingPlus(set.Count.SaturatingTimes(Graphs(set.Derivatives)))),

        // One point's at a time, over all points.
        RowByRow => batch.Count.SaturatingTimes(batch.Sets.Max(set => Graphs(set.Derivatives))),

        // Those of all sets over all points, until the sweep to the parameters.
        _ => batch.Count.SaturatingTimes(Graphs(batch.Derivatives)),
    };

    // Measured: the graph of the fourth derivatives, those of what is swept at order 3, is four times as large as that of the sweep before.
    private static long Graphs(DerivativePlan plan) => plan.Swept.Sum(swept => 1L << (swept.Order + (swept.Order < 3 ? 1 : 2)));
}

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

    /// <summary>
    /// Arrays: points that the service draws, in double precision first, residuals of all terms and the derivatives that they read, those with all
    /// statistics held constant beside them.
    /// </summary>
    public static long Arrays(ObjectiveSetting setting) => setting.Objective.Sets
        .Sum(set => set.Count.SaturatingTimes(set.Terms.Count + set.Quantities.Sum(quantity => quantity.WholeGradient ? setting.Shape.Input.Elements : 1)))
        .SaturatingTimes(setting.Normalization.Coupled ? 2 : 1)
        .SaturatingPlus(setting.Objective.Sets.Where(set => set.Points.AreDrawn)
            .Aggregate(0L, (sum, set) => sum.SaturatingPlus(set.Points.Shape.Elements.SaturatingTimes(3))));
}
