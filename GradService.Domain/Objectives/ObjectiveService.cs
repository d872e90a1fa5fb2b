using System.Diagnostics;
using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Faults;
using GradService.Domain.Findings;
using GradService.Domain.Gradients;
using GradService.Domain.Networks;
using GradService.Domain.Objectives.Rules;
using GradService.Domain.Runs;
using GradService.Domain.Separation;
using GradService.Domain.Statistics;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>
/// The door to losses with input derivatives inside: values, parameter gradients and what they mean. As <see cref="GradientService"/>, it
/// may be called from any number of threads at once, and leaves no tensor behind.
/// </summary>
/// <param name="limits">What a request may take.</param>
/// <param name="networks">Supplies the networks.</param>
public sealed class ObjectiveService(Limits limits, NetworkCatalog networks)
{
    private const string Cheaper =
        "Send fewer points, take derivatives of lower order, or use mode trainDetached, under which sweeps serve all points at once.";

    /// <summary>The loss and its parameter gradient, checked and priced, to be computed.</summary>
    /// <exception cref="FaultException">The request is wrong, too large, or has no answer.</exception>
    public Quote<ObjectiveResult> QuoteEvaluation(ObjectiveRequest request) => networks.Quote(request.Network, lease =>
    {
        var shape = lease.Shape;
        request.CheckDiagnostics();
        var variant = new ObjectiveVariant
        {
            Mode = request.BatchNorm.Mode,
            Derivative = request.Derivative,
            ThroughStatistics = request.BatchNorm.ThroughStatistics,
        };
        var setting = Prepare(request, Objective.Resolve(request, shape), shape, variant);
        return lease.Quote(CheckedCost(setting, request, "terms"), steps =>
        {
            var network = lease.Network.Tensors;
            using var scope = NewDisposeScope();
            return Evaluate(setting, request, network, steps.Cancellation);
        });
    });

    /// <summary>
    /// The same loss under several meanings of BatchNorm, checked and priced, to be computed. What cannot be computed in one of them stands
    /// beside the others' results.
    /// </summary>
    /// <inheritdoc cref="QuoteEvaluation"/>
    public Quote<ObjectiveComparisonResult> QuoteComparison(ObjectiveComparisonRequest request) => networks.Quote(request.Network, lease =>
    {
        var shape = lease.Shape;
        request.CheckDiagnostics();
        var objective = Objective.Resolve(request, shape);
        var variants = request.Compare ?? ObjectiveVariant.All;
        request.BatchNorm.CheckReference(variants.Select(variant => variant.Mode));

        var prepared = variants.Select((variant, index) => Try(() => Quote(variant, $"compare[{index}]", "terms"))).ToList();
        if (prepared.All(entry => entry.Error is not null))
        {
            throw prepared[0].Error!
                .For($"{(request.Compare is null ? $"variant {variants[0].Letter}" : "compare[0]")}; none of the others can be computed either");
        }

        var all = Cost.Sum(prepared.Where(entry => entry.Error is null).Select(entry => entry.Result.Cost))
            .Check(limits, "compare", "Compare fewer variants at once, or send fewer points.");

        // The parameter gradient that others are measured by is variant c's, which is computed where it is not among them.
        var among = variants.ToList().FindIndex(variant => variant.Letter == ObjectiveVariant.Recommended.Letter);
        var beside = among >= 0 || !request.Return.Contains(ObjectivePart.ParameterGradients)
            ? default
            : Try(() => Quote(ObjectiveVariant.Recommended, "batchNorm", "compare")).Result;

        // A step for each that can be computed, and one that compares.
        return lease.Quote(
            beside.Cost is null ? all : Cost.Sum([all, beside.Cost]),
            steps =>
            {
                var network = lease.Network.Tensors;
                using var scope = NewDisposeScope();
                var results = prepared.Select(entry => entry.Error is { } error
                    ? (Result: null, Error: error)
                    : steps.Do(entry.Result.Cost.Work, () => Try(() => Evaluate(entry.Result.Setting, request, network, steps.Cancellation)))).ToList();
                (IReadOnlyDictionary<string, NdArray>? Gradients, IReadOnlyList<double>? Values) recommended =
                    among >= 0 ? results[among].Result is { } result ? (result.ParameterGradients, [.. result.Terms.Select(term => term.Value)]) : default
                    : beside is not ({ } setting, { } cost) ? default
                    : steps.Do(cost.Work, () => Recommended(setting, network, steps.Cancellation));
                var compared = variants.Zip(results, (variant, result) =>
                {
                    var angle = result.Result?.ParameterGradients is { } gradient && recommended.Gradients is { } whole
                        ? GradientAngle.Between(gradient, whole) : null;
                    return new ObjectiveVariantResult(variant, result.Result, result.Error, angle?.Cosine, angle?.RelativeDifference);
                }).ToList();
                return new ObjectiveComparisonResult { Results = compared, Findings = ObjectiveComparison.Findings(compared, recommended.Values) };
            },
            prepared.Count(entry => entry.Error is null) + (beside.Cost is null ? 0 : 1) + 1);

        (ObjectiveSetting Setting, Cost Cost) Quote(ObjectiveVariant variant, string path, string counted)
        {
            var setting = Prepare(request, objective, shape, variant, path);
            return (setting, CheckedCost(setting, request, counted));
        }
    });

    private Cost CheckedCost(ObjectiveSetting setting, ObjectiveRequest request, string path)
    {
        var cost = ObjectiveCost.Of(setting, request).Check(limits, path, Cheaper);
        var work = ObjectiveWork.Of(setting, request);
        work.Longest.Check(limits, path, "Send fewer points, take derivatives of lower order, or use narrower layers.");
        return cost with { Work = work.Work };
    }

    /// <summary>The loss and its parameter gradient, computed at once.</summary>
    /// <exception cref="FaultException">The request is wrong, too large, or has no answer.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public ObjectiveResult Evaluate(ObjectiveRequest request, CancellationToken cancellation)
    {
        using var quote = QuoteEvaluation(request);
        return quote.Compute(cancellation);
    }

    /// <summary>The same loss under several meanings of BatchNorm, computed at once.</summary>
    /// <inheritdoc cref="Evaluate(ObjectiveRequest, CancellationToken)"/>
    public ObjectiveComparisonResult Compare(ObjectiveComparisonRequest request, CancellationToken cancellation)
    {
        using var quote = QuoteComparison(request);
        return quote.Compute(cancellation);
    }

    /// <param name="request">The request.</param>
    /// <param name="objective">What has been made of it.</param>
    /// <param name="shape">The network.</param>
    /// <param name="variant">What BatchNorm means in it.</param>
    /// <param name="path">Where the request has the variant's throughStatistics.</param>
    private static ObjectiveSetting Prepare(ObjectiveRequest request, Objective objective, NetworkShape shape, ObjectiveVariant variant,
        string path = "batchNorm")
    {
        var norm = request is ObjectiveComparisonRequest ? request.BatchNorm.ForEntry(variant.Mode) : request.BatchNorm;
        var plan = NormalizationPlan.Resolve(shape, norm);
        if (variant.ThroughStatistics == false && plan.Sites.FirstOrDefault(site => site.Coupled && site.Mode.GradientFlows) is { } train)
        {
            throw new FaultException(
                Fault.Invalid($"{path}.throughStatistics",
                    $"true or nothing, as layer {train.Node.Path.Name} is in mode {train.Mode.Name}, where gradients always flow through the batch statistics",
                    "false",
                    "For statistics held constant use mode trainDetached."));
        }

        var setting = new ObjectiveSetting(objective, shape, plan, variant, request.BatchNorm.Batches)
        {
            Dropout = request.Dropout,
            ReferenceInputs = norm.ReferenceInputs,
            Live = request.WantsGradients,
            WantsInputGradients = request.Return.Contains(ObjectivePart.InputGradients),
        };
        foreach (var batch in setting.Batches)
        {
            plan.CheckCounts(batch.Count, batch.Plan.ReferenceSamples,
                batch.Sets.Count == objective.Sets.Count ? "points" : $"points[{batch.Sets[0].Index}].inputs");
        }

        return setting;
    }

    private static ObjectiveResult Evaluate(ObjectiveSetting setting, ObjectiveRequest request, Network network, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var trained = setting.Live ? network.ToTrain() : null;
        var (evidence, reports, timings) = Examine(setting, request, network, trained, cancellation);
        var (loss, live, joint) = (evidence.Loss, setting.Live, setting.Grouping == PointBatches.Joint);
        var parameters = request.Return.Contains(ObjectivePart.ParameterGradients);
        return new ObjectiveResult
        {
            Value = loss.Value,
            Terms = [.. loss.Terms.Select(term => new ObjectiveTermResult
            {
                Name = term.Term.Name,
                Value = term.Value,
                Weight = term.Term.Weight,
                Count = term.Residuals.Count,
                Residuals = request.Return.Contains(ObjectivePart.Residuals) ? term.Residuals : null,
            })],
            ParameterGradients = parameters ? loss.ParameterGradients : null,
            UnknownGradients = parameters && loss.UnknownGradients is { Count: > 0 } ? loss.UnknownGradients : null,
            InputGradients = loss.InputGradients,
            Points = request.Return.Contains(ObjectivePart.Points)
                ? setting.Objective.Sets.ToDictionary(set => set.Name, set => set.Inputs.In(setting.Shape.Dtype)) : null,
            BatchNorm = new ObjectiveBatchNormReport
            {
                Mode = setting.Normalization.Mode,
                Layers = joint ? reports[0].Layers : null,
                Batches = joint ? null : reports,
            },
            Diagnostics = new DiagnosticsReport
            {
                Findings = FindingRule.Apply(ObjectiveRules.All, evidence),
                FiniteDifferences = evidence.FiniteDifferences?.Report,
                Strategy = setting.Batches.Any(batch => batch.IsRowByRow) ? Strategy.RowByRow : Strategy.Structured,
                Passes = setting.Sweeps(live),
                Reason = Reason(setting),
                GradientNorm = parameters ? loss.GradientNorm : null,
                NonFinite = evidence.NonFinite.Total,
                Timings = timings,
                Engine = EngineReport.Of("tensor"),
            },
        };
    }

    /// <summary>The loss, what the BatchNorm layers did, and what findings may read.</summary>
    private static (ObjectiveEvidence Evidence, IReadOnlyList<PointBatchReport> Reports, TimingsReport Timings) Examine(
        ObjectiveSetting setting, ObjectiveRequest request, Network network, Network? trained, CancellationToken cancellation)
    {
        ObjectiveEvidence evidence;
        IReadOnlyList<PointBatchReport> reports;
        IReadOnlyList<UnmovedTerm> suspects;
        TimingsReport timings;
        using (NewDisposeScope())
        {
            var started = Stopwatch.GetTimestamp();
            var run = ObjectiveRun.Run(setting, trained ?? network, setting.Live, cancellation);
            var forward = Stopwatch.GetElapsedTime(started);

            started = Stopwatch.GetTimestamp();
            var loss = Loss.Of(run, cancellation);
            timings = new TimingsReport { ForwardMs = forward.TotalMilliseconds, GradientMs = Stopwatch.GetElapsedTime(started).TotalMilliseconds };

            reports = [.. run.Batches.Select(batch => new PointBatchReport { Points = batch.Batch.Sets[0].Name, Layers = Reports(batch) })];
            evidence = new ObjectiveEvidence
            {
                Dtype = network.Dtype,
                Network = request.Network,
                Setting = setting,
                Loss = loss,
                Layers = [.. run.Batches.SelectMany(batch => batch.Layers)],
                Derivatives = ObjectiveExamination.Derivatives(run, loss, network, cancellation),
                Sets = ObjectiveExamination.Sets(run),
                Eval = ObjectiveExamination.Eval(run),
                Corners = LossCorners.Of(run, loss, cancellation),
            };
            if (evidence.NonFinite.Total > 0)
            {
                evidence = evidence with { Origin = NonFiniteLoss.Of(run, loss, cancellation) };
            }

            suspects = ObjectiveExamination.Suspects(run, loss, evidence.Derivatives, cancellation);
        }

        // What follows evaluates losses of its own: beside the answer's graph they would take twice the memory.
        if (trained is not null)
        {
            var loss = evidence.Loss;
            evidence = evidence with
            {
                Partial = setting.IsPartial ? Beside(setting.Whole) : null,
                Curve = SumDiffers.Differing(evidence).Any() ? Beside(setting.Curve) : null,
                Eval = evidence.Eval is { IsSame: true } eval && !setting.IsPartial ? eval with { Held = Beside(setting.Detached) } : evidence.Eval,
                Unmoved = ObjectiveExamination.Unmoved(suspects, setting, loss, trained, cancellation),
                FiniteDifferences = request.Diagnostics.FiniteDifferences
                    ? ObjectiveDifferences.Check(setting, network, loss, request.Return, cancellation)
                    : null,
            };

            GradientAngle? Beside(ObjectiveSetting other) => ObjectiveExamination.Beside(loss, other, trained, cancellation);
        }

        return (evidence, reports, timings);
    }

    /// <summary>The parameter gradients and the terms' values in the recommended variant; nothing where there is none after all.</summary>
    private static (IReadOnlyDictionary<string, NdArray>? Gradients, IReadOnlyList<double>? Values) Recommended(
        ObjectiveSetting setting, Network network, CancellationToken cancellation)
    {
        var loss = Try(() =>
        {
            using var scope = NewDisposeScope();
            using var trained = network.ToTrain();
            return Loss.Of(ObjectiveRun.Run(setting, trained, live: true, cancellation), cancellation);
        }).Result;
        return (loss?.ParameterGradients, loss?.Terms.Select(term => term.Value).ToList());
    }

    private static IReadOnlyList<BatchNormLayerReport> Reports(BatchRun batch) => [.. batch.Layers.Select(BatchNormLayerReport.Of)];

    /// <summary>That of the batch which takes most.</summary>
    private static string Reason(ObjectiveSetting setting) =>
        setting.Batches.MaxBy(batch => (batch.IsRowByRow, batch.Sweeps(live: false)))!.Separated?.Reason ?? "no derivative is needed";

    private static (T? Result, FaultException? Error) Try<T>(Func<T> work)
    {
        try
        {
            return (work(), null);
        }
        catch (FaultException fault)
        {
            return (default, fault);
        }
    }
}
