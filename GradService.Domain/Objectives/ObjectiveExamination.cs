using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Statistics;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>Gathers what findings about a loss may read, from passes beside the one that made the answer.</summary>
internal static class ObjectiveExamination
{
    // How far parameters are moved at most: such that float32 sees it, and units without a slope keep none.
    private const double Step = 0.01;

    private static readonly IReadOnlyDictionary<LayerNode, Correction> NoCorrections = new Dictionary<LayerNode, Correction>();

    /// <summary>The derivatives in the terms; where batch statistics couple the samples, beside those with all statistics held constant.</summary>
    /// <param name="run">The run that made the answer.</param>
    /// <param name="loss">The answer.</param>
    /// <param name="network">The network without leaves.</param>
    /// <param name="cancellation">Ends the work between two passes.</param>
    public static IReadOnlyList<DerivativeEvidence> Derivatives(ObjectiveRun run, Loss loss, Network network, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var detached = run.Setting.Normalization.Coupled && loss.Derivatives.Count > 0
            ? Loss.Of(ObjectiveRun.Run(run.Setting.Detached, network, live: false, cancellation), cancellation)
            : null;
        List<DerivativeEvidence> found = [.. run.Sets.SelectMany(pair => pair.Set.Quantities.Select(quantity =>
        {
            var values = loss.Derivatives[(pair.Set.Index, quantity)];
            var held = detached?.Derivatives[(pair.Set.Index, quantity)];
            var (name, difference) = (run.Setting.Objective.NameOf(quantity), held?.MaxDifference(values));
            return new DerivativeEvidence(name, pair.Set.Index, pair.Batch.Batch.Count, values.MaxAbsolute(), held?.MaxAbsolute(), difference, Moved: null);
        }))];
        return run.Live && found.Exists(IsZero) ? BesideMoved(found, run, network, cancellation) : found;
    }

    /// <summary>Zero at all points, and not by the batch statistics.</summary>
    private static bool IsZero(DerivativeEvidence derivative) => derivative.Largest == 0 && !(derivative.Detached > 0);

    /// <summary>What is zero, at other parameters: one more pass for all of them, without their graphs.</summary>
    private static List<DerivativeEvidence> BesideMoved(List<DerivativeEvidence> found, ObjectiveRun run, Network network, CancellationToken cancellation)
    {
        var asked = found.Zip(Places(run)).Select(pair => IsZero(pair.First) && !pair.Second.Batch.IsPointByPoint(pair.Second.Set)).ToList();

        // What hangs on no parameter is zero at all others too.
        var hang = Places(run).Zip(asked).Select(pair => pair.Second && pair.First.Values().requires_grad).ToList();
        if (!hang.Contains(true))
        {
            return [.. found.Zip(asked, (derivative, zero) => zero ? derivative with { Moved = 0 } : derivative)];
        }

        using var moved = network.Moved(Step);
        var places = Places(ObjectiveRun.Run(run.Setting, moved, live: false, cancellation, frozen: run)).ToList();
        return [.. found.Select((derivative, at) =>
        {
            cancellation.ThrowIfCancellationRequested();
            return !asked[at] ? derivative : derivative with { Moved = hang[at] ? places[at].Values().ToNdArray().MaxAbsolute() : 0 };
        })];
    }

    /// <summary>What the terms read, set by set, and how its values are found where a set's points stand together.</summary>
    private static IEnumerable<(BatchRun Batch, ObjectiveSet Set, Func<Tensor> Values)> Places(ObjectiveRun run) => run.Sets.SelectMany(pair =>
        pair.Set.Quantities.Select(quantity => (pair.Batch, pair.Set, (Func<Tensor>)(() => pair.Batch.ValuesOn(pair.Set).Single()()[quantity]))));

    /// <summary>The gradient as left partial beside the whole one; null where nothing was left out.</summary>
    public static PartialGradientEvidence? Partial(ObjectiveRun run, Loss loss, CancellationToken cancellation)
    {
        if (!run.Live || !run.Setting.IsPartial)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        var through = Loss.Of(ObjectiveRun.Run(run.Setting.Whole, run.Network, live: true, cancellation), cancellation);
        return GradientAngle.Between(loss.ParameterGradients!, through.ParameterGradients!);
    }

    /// <summary>Each set's outputs by the statistics of the one with most points, where each is its own batch.</summary>
    public static IReadOnlyList<SetEvidence> Sets(ObjectiveRun run)
    {
        if (!run.Setting.HasOwnStatistics)
        {
            return [];
        }

        using var scope = NewDisposeScope();
        using var constants = no_grad();
        var most = run.Batches.MaxBy(batch => batch.Batch.Count)!;
        var statistics = most.Runs[0].Constants();
        return [.. run.Batches.Where(batch => batch != most).Select(batch =>
        {
            var own = batch.Outputs.ToNdArray();
            return new SetEvidence(batch.Batch.Sets[0].Name, batch.Batch.Count, most.Batch.Sets[0].Name,
                Again(batch, site => statistics[site.Node], most.Corrections).ToNdArray().MaxDifference(own), own.MaxAbsolute());
        })];
    }

    /// <summary>The outputs beside those of mode eval, with the running statistics after this call.</summary>
    public static EvalEvidence? Eval(ObjectiveRun run)
    {
        if (!run.Setting.HasEval)
        {
            return null;
        }

        using var scope = NewDisposeScope();
        using var constants = no_grad();
        var after = run.Batches[^1].Running;
        var (size, whole, bessel, lag) = (0.0, 0.0, 0.0, 0.0);
        foreach (var batch in run.Batches)
        {
            var used = batch.Runs[0].Constants();
            var outputs = batch.Outputs.detach();
            var unbiased = Again(batch,
                site => site is { DividesByBatch: true, Layer.TrackRunningStats: true }
                    ? used[site.Node].Unbiased(batch.Batch.Count * site.Positions)
                    : used[site.Node], batch.Corrections);
            var eval = Again(batch,
                site => site is { MeasuresBatch: true, Layer.TrackRunningStats: true } ? after[site.Node].Moments.Detached() : used[site.Node], NoCorrections);
            size += SumOfSquares(outputs);
            whole += SumOfSquares(outputs.Minus(eval));
            bessel += SumOfSquares(outputs.Minus(unbiased));
            lag += SumOfSquares(unbiased.Minus(eval));
        }

        return new EvalEvidence(Math.Sqrt(whole / size), Math.Sqrt(bessel / size), Math.Sqrt(lag / size),
            run.Batches.Max(batch => batch.Batch.Count) * run.Setting.Normalization.Sites.First(site => site.MeasuresBatch).Positions);
    }

    /// <summary>The outputs [N, M] of a batch by other statistics and corrections.</summary>
    private static Tensor Again(BatchRun batch, Func<NormalizationSite, Moments> given, IReadOnlyDictionary<LayerNode, Correction>? corrections) =>
        TorchRun.Of(batch.Start with { Corrections = corrections }, batch.Inputs, (site, _) => given(site)).Outputs;

    private static double SumOfSquares(Tensor values)
    {
        var norm = values.ToNdArray().Norm();
        return norm * norm;
    }
}
