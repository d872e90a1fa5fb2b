using GradService.Domain.Forward;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Normalization;
using GradService.Domain.Objectives;
using static TorchSharp.torch;

namespace GradService.Domain.Diagnostics;

/// <summary>Gathers what findings about a loss may read, from passes beside the one that made the answer.</summary>
internal static class ObjectiveExamination
{
    /// <summary>The derivatives in the terms; where batch statistics couple the samples, beside those with all statistics held constant.</summary>
    /// <param name="pass">The pass that made the answer.</param>
    /// <param name="loss">The answer.</param>
    /// <param name="network">The network without leaves.</param>
    /// <param name="cancellation">Ends the work between two passes.</param>
    public static IReadOnlyList<DerivativeEvidence> Derivatives(ObjectivePass pass, Loss loss, Network network, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var detached = pass.Setting.Plan.Coupled && loss.Derivatives.Count > 0
            ? Loss.Of(ObjectivePass.Run(pass.Setting.Detached, network, live: false, cancellation), cancellation)
            : null;
        return [.. pass.Sets.SelectMany(pair => pair.Set.Quantities.Select(quantity =>
        {
            var values = loss.Derivatives[(pair.Set.Index, quantity)];
            var held = detached?.Derivatives[(pair.Set.Index, quantity)];
            var largest = values.MaxAbsolute();
            return new DerivativeEvidence(pass.Setting.Objective.NameOf(quantity), pair.Set.Index, pair.Batch.Count, largest, held?.MaxAbsolute(), held?.MaxDifference(values),
                largest == 0 && pass.Live && !pair.Batch.IsPointByPoint(pair.Set) ? ParameterSlope(pass, pair.Batch, pair.Set, quantity, cancellation) : null);
        }))];
    }

    /// <summary>The gradient as left partial beside the whole one; null where nothing was left out.</summary>
    public static PartialGradientEvidence? Partial(ObjectivePass pass, Loss loss, CancellationToken cancellation)
    {
        if (!pass.Live || pass.Setting.Plan.Sites.All(site => site.Source == StatisticsSource.Running || pass.Setting.Through(site)))
        {
            return null;
        }

        using var scope = NewDisposeScope();
        var whole = pass.Setting with { Variant = pass.Setting.Variant with { ThroughStatistics = true } };
        var through = Loss.Of(ObjectivePass.Run(whole, pass.Network, live: true, cancellation), cancellation);
        return GradientAngle.Between(loss.ParameterGradients!, through.ParameterGradients!);
    }

    /// <summary>Each set's outputs by the statistics of the one with most points, where each is its own batch.</summary>
    public static IReadOnlyList<SetEvidence> Sets(ObjectivePass pass)
    {
        if (pass.Batches.Count < 2 || !pass.Setting.Plan.Sites.Any(ObjectiveSetting.TakesBatch))
        {
            return [];
        }

        using var scope = NewDisposeScope();
        using var constants = no_grad();
        var most = pass.Batches.MaxBy(batch => batch.Count)!;
        var statistics = most.Taps.ToDictionary(tap => tap.Site.Node, tap => tap.Used.Detached());
        return [.. pass.Batches.Where(batch => batch != most).Select(batch =>
        {
            var own = batch.Outputs.ToNdArray();
            return new SetEvidence(batch.Sets[0].Name, batch.Count, most.Sets[0].Name, Again(batch, site => statistics[site.Node]).ToNdArray().MaxDifference(own), own.MaxAbsolute());
        })];
    }

    /// <summary>The outputs beside those of mode eval, with the running statistics after this call.</summary>
    public static EvalEvidence? Eval(ObjectivePass pass)
    {
        if (!pass.Setting.Plan.Sites.Any(site => ObjectiveSetting.TakesBatch(site) && site.Layer.TrackRunningStats))
        {
            return null;
        }

        using var scope = NewDisposeScope();
        using var constants = no_grad();
        var after = pass.Batches[^1].Running;
        var (size, whole, bessel, lag) = (0.0, 0.0, 0.0, 0.0);
        foreach (var batch in pass.Batches)
        {
            var used = batch.Taps.ToDictionary(tap => tap.Site.Node, tap => tap.Used.Detached());
            var outputs = batch.Outputs.detach();
            var unbiased = Again(batch, site => site is { Source: StatisticsSource.Batch, Layer.TrackRunningStats: true } ? used[site.Node].Unbiased(batch.Count * site.Positions) : used[site.Node]);
            var eval = Again(batch, site => ObjectiveSetting.TakesBatch(site) && site.Layer.TrackRunningStats ? new Moments(after[site.Node].Mean.detach(), after[site.Node].Variance.detach()) : used[site.Node]);
            size += SumOfSquares(outputs);
            whole += SumOfSquares(outputs.Minus(eval));
            bessel += SumOfSquares(outputs.Minus(unbiased));
            lag += SumOfSquares(unbiased.Minus(eval));
        }

        return new EvalEvidence(Math.Sqrt(whole / size), Math.Sqrt(bessel / size), Math.Sqrt(lag / size),
            pass.Batches.Max(batch => batch.Count) * pass.Setting.Plan.Sites.First(ObjectiveSetting.TakesBatch).Positions);
    }

    /// <summary>The outputs [N, M] of a batch by other statistics.</summary>
    private static Tensor Again(BatchPass batch, Func<NormalizationSite, Moments> given) => ForwardPass.Run(batch.Context, batch.Inputs, (site, _) => given(site)).Outputs;

    private static double ParameterSlope(ObjectivePass pass, BatchPass batch, ObjectiveSet set, InputQuantity quantity, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var scope = NewDisposeScope();
        var values = batch.ValuesOn(set).Single()()[quantity];

        // Weights without a pattern, so that slopes of different points do not cancel.
        var weights = new NdArray(new Shape(values.shape), [.. Enumerable.Range(1, (int)values.numel()).Select(i => Math.Sin((double)i * i))]);
        return Autograd.VectorJacobianProducts([(values, weights.ToTensor(pass.Network.Dtype))], [.. pass.Network.Learnable.Select(name => pass.Network[name])])
            .Select(slope => slope.ToNdArray().MaxAbsolute()).DefaultIfEmpty(0).Max();
    }

    private static double SumOfSquares(Tensor values)
    {
        var norm = values.ToNdArray().Norm();
        return norm * norm;
    }
}
