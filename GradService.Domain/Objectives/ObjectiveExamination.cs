using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Runs;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Statistics;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>Gathers what findings about a loss may read, from passes beside the one that made the answer.</summary>
internal static class ObjectiveExamination
{
    // How far parameters are moved at most: such that float32 sees it, and units without a slope keep none.
    private const double Step = 0.01;

    // By how much the largest of a gradient's or residual's rounding may exceed what computing it once more shows.
    private const double Allowance = 8;

    // What a residual makes of derivatives that are rounding is less than that part of it, if it is more than rounding itself.
    private const double RoundingOfResiduals = 1e-4;

    private static readonly IReadOnlyDictionary<LayerNode, Correction> NoCorrections = new Dictionary<LayerNode, Correction>();

    /// <summary>The derivatives in the terms; where batch statistics couple the samples, beside those with all statistics held constant.</summary>
    /// <param name="run">The run that made the answer.</param>
    /// <param name="loss">The answer.</param>
    /// <param name="network">The network without leaves.</param>
    /// <param name="cancellation">Ends the work between two passes.</param>
    public static IReadOnlyList<SetDerivativeEvidence> Derivatives(ObjectiveRun run, Loss loss, Network network, CancellationToken cancellation)
    {
        if (loss.Derivatives.Count == 0)
        {
            return [];
        }

        var setting = run.Setting;
        var detached = setting.Normalization.Coupled ? Again(setting.Detached) : null;
        var places = run.Sets.SelectMany(pair => pair.Set.Quantities.Select(quantity => (pair.Batch, pair.Set, Quantity: quantity))).ToList();
        List<SetDerivativeEvidence> found = [.. places.Select(place => Evidence(place.Batch, place.Set, place.Quantity))];
        var amplification = run.Batches.SelectMany(batch => batch.Layers).Select(layer => layer.Amplification).DefaultIfEmpty().Max();
        if (found.Exists(derivative => derivative.MayBeNoise || derivative.MayDifferByRounding(amplification)))
        {
            var moved = Again(setting, new RandomRounding());
            found = [.. found.Zip(places, (derivative, place) => derivative with
            {
                Noise = loss.Derivatives[(place.Set.Index, place.Quantity)].MaxDifference(moved[(place.Set.Index, place.Quantity)]),
            })];
        }

        var flat = new Dictionary<(ObjectiveSet, int Order), Flatness>();
        found = [.. found.Zip(places, (derivative, place) => derivative.MayBeFlat ? derivative with { Flatness = Why(place.Batch, derivative) } : derivative)];
        return run.Live && found.Exists(MayBeAtOtherParameters) ? BesideMoved(found, run, network, cancellation) : found;

        IReadOnlyDictionary<(int Set, InputQuantity Quantity), NdArray> Again(ObjectiveSetting setting, RandomRounding? rounding = null)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            return Loss.Of(ObjectiveRun.Run(setting, network, live: false, cancellation, rounding: rounding), cancellation).Derivatives;
        }

        SetDerivativeEvidence Evidence(BatchRun batch, ObjectiveSet set, InputQuantity quantity)
        {
            var values = loss.Derivatives[(set.Index, quantity)];
            var held = detached?[(set.Index, quantity)];
            var order = quantity.WholeGradient ? 1 : quantity.Index.Order;
            var scale = batch.OutputsOn(set).select(1, quantity.Index.Output).ToNdArray().MaxAbsolute() / Math.Pow(set.Inputs.WidestRange(), order);
            return new SetDerivativeEvidence(setting.Objective.NameOf(quantity), order, values.MaxAbsolute(), scale, network.Dtype, set, batch.Batch.Count)
            {
                Detached = held?.MaxAbsolute(),
                Difference = held?.MaxDifference(values),
                IsIdentity = setting.DifferentiatesSums && batch.Batch.Plan.SumsToConstant,
            };
        }

        Flatness Why(BatchRun batch, SetDerivativeEvidence derivative) => flat.TryGetValue((derivative.Set, derivative.Order), out var known)
            ? known : flat[(derivative.Set, derivative.Order)] = FlatnessOn(batch, derivative.Set, derivative.Order, cancellation);
    }

    /// <summary>Why derivatives vanish on a set, all statistics held constant.</summary>
    private static Flatness FlatnessOn(BatchRun batch, ObjectiveSet set, int order, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var scope = NewDisposeScope();
        return batch.FlatnessOn(set, order);
    }

    /// <summary>Zero at these parameters, for no reason that would hold at others.</summary>
    private static bool MayBeAtOtherParameters(SetDerivativeEvidence derivative) =>
        derivative is { Vanishes: true, VanishesByMode: false, IsIdentity: false }
            and { Flatness: null or { Cause: FlatnessCause.Unknown or FlatnessCause.ZeroWeights } };

    /// <summary>What vanishes, at other parameters: one more pass for all of them, without their graphs.</summary>
    private static List<SetDerivativeEvidence> BesideMoved(
        List<SetDerivativeEvidence> found, ObjectiveRun run, Network network, CancellationToken cancellation)
    {
        var asked = found.Zip(Places(run)).Select(pair => MayBeAtOtherParameters(pair.First) && !pair.Second.Batch.IsPointByPoint(pair.Second.Set)).ToList();

        // What hangs on no parameter is zero at all others too.
        var hang = Places(run).Zip(asked).Select(pair => pair.Second && pair.First.Values().requires_grad).ToList();
        if (!hang.Contains(true))
        {
            return [.. found.Zip(asked, (derivative, zero) => zero ? derivative with { Moved = 0 } : derivative)];
        }

        using var scope = NewDisposeScope();
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

    /// <summary>Terms whose parameter gradients may all be rounding, with why the outputs on their set are flat, where they are.</summary>
    /// <param name="run">The run that made the answer.</param>
    /// <param name="loss">The answer.</param>
    /// <param name="derivatives">What is known of the derivatives that the terms read.</param>
    /// <param name="cancellation">Ends the work between two passes.</param>
    public static IReadOnlyList<UnmovedTerm> Suspects(
        ObjectiveRun run, Loss loss, IReadOnlyList<SetDerivativeEvidence> derivatives, CancellationToken cancellation)
    {
        if (!run.Live || !(run.Network.Learnable.Any() || run.Unknowns.Count > 0))
        {
            return [];
        }

        // Of several terms only those are asked for their own gradients that read nothing which moves.
        var suspects = loss.Terms.Count == 1
            ? loss.Terms.Where(value => IsSmall(Largest(loss), value, run.Network.Dtype))
            : loss.Terms.Where(value => (!value.Term.Residual.UsesOutputs || !EndsInBias(run.Setting.Shape))
                && Read(value.Term).All(derivative => derivative.StaysZero));
        return [.. suspects.Where(value => value.Term.Weight != 0 && value.Residuals.MaxAbsolute() > 0).Select(value =>
        {
            var (batch, set) = run.Sets.Single(pair => pair.Set.Index == value.Term.Sets[0]);
            var (reads, outputs) = (Read(value.Term).ToList(), value.Term.Residual.UsesOutputs);
            return new UnmovedTerm(value, outputs ? FlatnessOn(batch, set, order: 1, cancellation) : reads.FirstOrDefault()?.Flatness)
            {
                IsIdentity = !outputs && reads.Count > 0
                    && reads.All(derivative => derivative.IsIdentity && derivative.Largest < RoundingOfResiduals * value.Residuals.MaxAbsolute()),
            };
        })];

        IEnumerable<SetDerivativeEvidence> Read(Term term) => ReadBy(term, run.Setting.Objective, derivatives);
    }

    /// <summary>What is known of the derivatives that a term reads.</summary>
    public static IEnumerable<SetDerivativeEvidence> ReadBy(Term term, Objective objective, IReadOnlyList<SetDerivativeEvidence> derivatives)
    {
        var read = term.Residual.Quantities.Select(read => (Set: term.Sets[read.Place], Name: objective.NameOf(read.Quantity))).ToHashSet();
        return derivatives.Where(derivative => read.Contains((derivative.Set.Index, derivative.Name)));
    }

    /// <summary>Those of the suspects whose parameter gradients are rounding although their residuals are not.</summary>
    /// <param name="suspects">Terms that may be such.</param>
    /// <param name="setting">The loss.</param>
    /// <param name="loss">What it came to.</param>
    /// <param name="trained">The network, its learnable parameters being leaves.</param>
    /// <param name="cancellation">Ends the work between two passes.</param>
    public static IReadOnlyList<UnmovedTerm> Unmoved(IReadOnlyList<UnmovedTerm> suspects, ObjectiveSetting setting, Loss loss,
        Network trained, CancellationToken cancellation) => [.. suspects.Select(suspect =>
    {
        if (suspect.IsIdentity)
        {
            return suspect;
        }

        var only = loss.Terms.Count == 1 ? setting : setting.Only(suspect.Value.Term);
        var own = loss.Terms.Count == 1 ? loss : Again(rounding: null);
        var largest = Largest(own);
        if (!IsSmall(largest, suspect.Value, trained.Dtype))
        {
            return null;
        }

        var moved = Again(new RandomRounding());
        var noise = own.ParameterGradients!.Select(pair => pair.Value.MaxDifference(moved.ParameterGradients![pair.Key]))
            .Concat(own.UnknownGradients!.Select(pair => Math.Abs(pair.Value - moved.UnknownGradients![pair.Key]))).Aggregate(0.0, Math.Max);
        var residuals = own.Terms[0].Residuals;
        var rounding = largest <= Allowance * noise || largest <= Nothing(suspect.Value, trained.Dtype);
        return rounding && residuals.MaxAbsolute() > Allowance * residuals.MaxDifference(moved.Terms[0].Residuals)
            ? suspect with { Largest = largest }
            : null;

        Loss Again(RandomRounding? rounding)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            return Loss.Of(ObjectiveRun.Run(only, trained, live: true, cancellation, rounding: rounding), cancellation);
        }
    }).OfType<UnmovedTerm>()];

    /// <summary>The largest entry of all parameter gradients, those of unknowns among them; NaN where one is.</summary>
    private static double Largest(Loss loss) => loss.ParameterGradients!.Values.Select(gradient => gradient.MaxAbsolute())
        .Concat(loss.UnknownGradients!.Values.Select(Math.Abs)).Aggregate(0.0, Math.Max);

    /// <summary>Whether a term's gradients are so small beside its value that they may be rounding.</summary>
    private static bool IsSmall(double largest, TermValue value, Dtype dtype) =>
        largest <= Math.Sqrt(dtype.Epsilon()) * Math.Abs(value.Term.Weight * value.Value);

    /// <summary>Up to that size a term's gradients are next to nothing beside rounding of its value, however many digits of them are right.</summary>
    private static double Nothing(TermValue value, Dtype dtype) => 1e-4 * dtype.Epsilon() * Math.Abs(value.Term.Weight * value.Value);

    /// <summary>Whether the last layer adds a parameter to each output, which moves it whatever stands before.</summary>
    private static bool EndsInBias(NetworkShape shape) =>
        shape.Layers[^1] is { Layer.Linearity: Linearity.Affine } last && last.Parameters.Any(parameter => parameter.Name == "bias");

    /// <summary>A gradient beside that of the same loss in another setting; null where that is zero.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="other">The other setting.</param>
    /// <param name="trained">The network, its learnable parameters being leaves.</param>
    /// <param name="cancellation">Ends the work between two passes.</param>
    public static GradientAngle? Beside(Loss loss, ObjectiveSetting other, Network trained, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var scope = NewDisposeScope();
        return GradientAngle.Between(
            loss.ParameterGradients!, Loss.Of(ObjectiveRun.Run(other, trained, live: true, cancellation), cancellation).ParameterGradients!);
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

    /// <summary>The outputs beside those of mode eval, with the running statistics after this call; null where they cannot differ.</summary>
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
            size = Norm(size, outputs);
            whole = Norm(whole, outputs.Minus(eval));
            bessel = Norm(bessel, outputs.Minus(unbiased));
            lag = Norm(lag, unbiased.Minus(eval));
        }

        return new EvalEvidence(size, whole, bessel, lag,
            run.Batches.Max(batch => batch.Batch.Count) * run.Setting.Normalization.Sites.First(site => site.MeasuresBatch).Positions);
    }

    /// <summary>The outputs [N, M] of a batch by other statistics and corrections.</summary>
    private static Tensor Again(BatchRun batch, Func<NormalizationSite, Moments> given, IReadOnlyDictionary<LayerNode, Correction>? corrections) =>
        TorchRun.Of(batch.Start with { Corrections = corrections }, batch.Inputs, (site, _) => given(site)).Outputs;

    /// <summary>The norm of the values and of others that have one, together.</summary>
    private static double Norm(double others, Tensor values) => double.Hypot(others, values.ToNdArray().Norm());
}
