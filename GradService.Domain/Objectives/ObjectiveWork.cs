using GradService.Domain.Arrays;
using GradService.Domain.Networks;
using GradService.Domain.Separation;
using static GradService.Domain.Networks.WorkEstimate;

namespace GradService.Domain.Objectives;

/// <summary>How long a loss and its parameter gradient take, found from sizes alone.</summary>
internal static class ObjectiveWork
{
    // Checking, reporting, and what findings look at.
    private const double EachLoss = 150_000;

    // An operation of a formula on next to nothing, and an addition for each point in single precision, graph and sweep included.
    private const double EachOperation = 25_000;
    private const double EachPoint = 2;

    // The operations by which a term's residual is read, weighted and summed up.
    private const double EachTerm = 3;

    // A parameter that is cast, given a gradient and copied out, and one that is copied with all of the network.
    private const double EachGradient = 4;
    private const double EachParameter = 10;

    // A parameter that is moved, to see whether zeros are zero elsewhere too.
    private const double EachMoved = 30;

    /// <param name="setting">What is evaluated.</param>
    /// <param name="request">What is handed out and checked.</param>
    public static WorkEstimate Of(ObjectiveSetting setting, ObjectiveRequest request)
    {
        var live = request.WantsGradients;
        var (shape, network) = (setting.Shape, setting.Shape.Work);
        var parameters = live ? EachGradient * shape.ParameterElements : 0;
        var work = Stoppable(EachLoss + parameters) + Loss(setting, network, shape.Dtype, live);

        // What findings compare it with.
        if (setting.Normalization.Coupled && setting.Objective.Sets.Any(set => set.Derivatives.Sweeps > 0))
        {
            work += Loss(setting.Detached, network, shape.Dtype, live: false);
        }

        if (live && setting.IsPartial)
        {
            work += Loss(setting.Whole, network, shape.Dtype, live: true);
        }

        if (live && setting.Batches.Any(batch => batch.Separated is { IsRowByRow: false }))
        {
            work += Loss(setting, network, shape.Dtype, live: false) + Stoppable(EachMoved * shape.ParameterElements);
        }

        var counts = setting.Objective.Sets.Select(set => (double)set.Count).ToList();
        if (setting.HasEval)
        {
            work += 2 * Pass(network, counts.Sum(), differentiable: false);
        }

        if (setting.HasOwnStatistics)
        {
            work += Pass(network, counts.Sum() - counts.Max(), differentiable: false);
        }

        var differentiated = (double)shape.ParameterElements + setting.Objective.Unknowns.Count
            + (setting.WantsInputGradients ? setting.Objective.Sets.Sum(set => (double)set.Points.Shape.Elements) : 0);
        return request.Diagnostics.FiniteDifferences && live
            ? work + ((1 + Math.Min(ObjectiveCost.DifferencedPasses, 2 * differentiated))
                * (Loss(setting, shape.WorkInFloat64, Dtype.Float64, live: false) + Stoppable(EachParameter * shape.ParameterElements)))
            : work;
    }

    private static WorkEstimate Loss(ObjectiveSetting setting, NetworkWork network, Dtype dtype, bool live)
    {
        var reference = setting.ReferenceInputs?.Shape[0] ?? 0;
        var work = reference > 0 ? Pass(network, reference, live) : default;
        var last = default(WorkEstimate);
        foreach (var batch in setting.Batches)
        {
            var n = (double)batch.Count;
            work += Passes(batch, network, live) + (setting.Dropout is null ? default : Masks(setting.Shape, n));
            if (batch.IsRowByRow)
            {
                // Each point by itself, over the graph of all.
                var own = batch.Sets.Where(set => set.Derivatives.Sweeps > 0).ToList();
                work += own.Aggregate(default(WorkEstimate), (sum, set) => sum
                    + (set.Rounds(live) * set.Count * (Swept(set.Derivatives, network, n) + (live ? Last(set.Derivatives, network, n) : default))));
                last += live && own.Count < batch.Sets.Count ? Sweeps(network, 1, n, parameters: true) : default;
            }
            else if (batch.Separated?.Way is Apart)
            {
                foreach (var set in batch.Sets)
                {
                    work += Swept(set.Derivatives, network, set.Count);
                    last += live ? Last(set.Derivatives, network, set.Count) : default;
                }
            }
            else
            {
                var samples = batch.HasFrozenCopy ? 2 * n : n;
                var expanded = batch.Separated?.Way is Expansion;
                work += expanded ? Expansion.Work(network, batch.Plan.Size, batch.Derivatives.Order, live) : default;
                work += Swept(batch.Derivatives, network, samples, expanded ? Expansion.Products(batch.Plan.Size, batch.Derivatives.Order).Sum() : 0);
                last += live ? Last(batch.Derivatives, network, samples) : default;
            }

            work += Terms(batch, dtype);
        }

        // One call of all that stands together.
        return work + (last.Nanoseconds > 0 ? new WorkEstimate(last.Nanoseconds, last.Longest with { Nanoseconds = last.Nanoseconds }) : default);
    }

    /// <summary>The forward passes of a batch.</summary>
    private static WorkEstimate Passes(ObjectiveBatch batch, NetworkWork network, bool live)
    {
        var (n, sites) = ((double)batch.Count, batch.Plan.Normalization.Sites);
        var takes = sites.Any(site => site.MeasuresBatch);
        return batch.Separated?.Way switch
        {
            null => Pass(network, n, live),
            Apart => (takes ? Pass(network, n, live) : default)
                + batch.Sets.Aggregate(default(WorkEstimate), (sum, set) => sum
                    + (takes && set.Derivatives.Sweeps == 0 ? default : Pass(network, set.Count, differentiable: true))),
            LeaveOneOut or Expansion => Pass(network, n, live) + Pass(network, 2 * n, differentiable: true),
            _ => Pass(network, n, differentiable: true) + (sites.Any(site => !site.Coupled && site.MeasuresBatch) ? Pass(network, n, live) : default),
        };
    }

    /// <summary>The sweeps that find derivatives by inputs.</summary>
    private static WorkEstimate Swept(DerivativePlan plan, NetworkWork network, double samples, double beside = 0) =>
        plan.Swept.Aggregate(default(WorkEstimate), (sum, swept) => sum + Sweeps(network, 1, samples, swept.Order + 1, beside: (swept.Order + 1) * beside));

    /// <summary>The sweep to the parameters, over the graph of the outputs and those of all derivatives.</summary>
    private static WorkEstimate Last(DerivativePlan plan, NetworkWork network, double samples)
    {
        var sweep = plan.Swept.Aggregate(
            Sweeps(network, 1, samples, parameters: true),
            (sum, swept) => sum + Sweeps(network, 1, samples, swept.Order + 2, parameters: true));
        return sweep with { Longest = sweep.Longest with { Nanoseconds = sweep.Nanoseconds } };
    }

    private static WorkEstimate Terms(ObjectiveBatch batch, Dtype dtype) => batch.Sets.Aggregate(default(WorkEstimate), (sum, set) =>
    {
        var operations = set.Terms.Sum(term => EachTerm + term.Residual.Operations);
        var additions = set.Terms.Sum(term => EachTerm + term.Residual.Additions);
        var apart = batch.IsRowByRow && set.Derivatives.Sweeps > 0 ? set.Count : 1;
        return sum + Stoppable((operations * apart * EachOperation) + (additions * set.Count * EachPoint * LayerWork.Width(dtype)));
    });
}
