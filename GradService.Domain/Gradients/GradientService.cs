using System.Diagnostics;
using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Faults;
using GradService.Domain.Findings;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Runs.Managed;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Runs;
using static TorchSharp.torch;

namespace GradService.Domain.Gradients;

/// <summary>
/// The door to the domain: outputs, gradients and what they mean. It may be called from any number of threads at once, and leaves no tensor
/// behind, also when a call fails.
/// </summary>
/// <param name="limits">What a request may take.</param>
/// <param name="networks">Supplies the networks.</param>
public sealed class GradientService(Limits limits, NetworkCatalog networks)
{
    /// <summary>Outputs [N, M…] and BatchNorm statistics, checked and priced, to be computed.</summary>
    /// <exception cref="FaultException">The request is wrong, too large, or has no answer.</exception>
    public Quote<ForwardResult> QuoteForward(ForwardRequest request) => networks.Quote(request.Network, lease =>
    {
        var plan = Plan(request, lease.Shape);
        request.Diagnostics.RefuseSigns("outputs alone", "POST /v1/gradients compares the signs of gradients.");
        return lease.Quote(CheckWork(CheckMemory(request, plan, question: null, "inputs"), request, plan, question: null, lease), steps =>
        {
            using var run = Begin(request, plan, lease.Network, question: null, steps.Cancellation);
            var evidence = new ForwardEvidence { Dtype = plan.Shape.Dtype, Outputs = run.OutputValues, Layers = run.Layers, Network = request.Network };
            return new ForwardResult
            {
                Outputs = evidence.Outputs,
                BatchNorm = BatchNormReport.Of(plan, run),
                Findings = FindingRule.Apply(GradientRules.All, evidence),
            };
        });
    });

    /// <summary>The gradient asked for, with outputs, statistics and what they mean, checked and priced, to be computed.</summary>
    /// <inheritdoc cref="QuoteForward"/>
    public Quote<GradientResult> QuoteGradient(GradientRequest request) => networks.Quote(request.Network, lease =>
    {
        var plan = Plan(request, lease.Shape);
        var cost = Check(request, plan, request.Gradient, lease);
        if (SignComparison.Of(request, plan) is not { } signs)
        {
            return lease.Quote(cost, steps => Differentiate(request, plan, lease.Network, request.Gradient, steps.Cancellation));
        }

        // The same under other modes, one after another, before the answer; all are kept until they are compared.
        var plain = request with { Diagnostics = new DiagnosticsSpec() };
        var further = signs.Further.Select(other => (Plan: other, Cost: Check(plain, other, request.Gradient, lease))).ToList();
        var all = Cost.Sum([.. further.Select(each => each.Cost), cost])
            .Check(limits, "diagnostics.compareSigns", "It takes the same gradient under other modes as well: leave it out, or send fewer samples.");
        var compared = GradientWork.Compared([.. further.Select(_ => plan).Append(plan).Select(each => request.Gradient.ResultElements(each.Size))]);
        return lease.Quote(
            all with { Work = all.Work.SaturatingPlus(compared) },
            steps =>
            {
                var network = lease.Network;
                var answers = further.Select(each =>
                    steps.Do(each.Cost.Work, () => AnswerAlone(plain, each.Plan, network, request.Gradient, steps.Cancellation).Gradients!)).ToList();
                return Differentiate(request, plan, network, request.Gradient, steps.Cancellation, own => signs.Compare(own, answers));
            },
            further.Count + 1);
    });

    /// <summary>
    /// Several gradients of the same parameters and inputs, each starting from the request's own running statistics: all checked and priced
    /// before the first is computed.
    /// </summary>
    /// <inheritdoc cref="QuoteForward"/>
    public Quote<ComparisonResult> QuoteComparison(ComparisonRequest request) => networks.Quote(request.Network, lease =>
    {
        request.Diagnostics.RefuseSigns("a comparison",
            "Each entry would say the same of the same three modes: POST /v1/gradients says it once for a kind.");
        var entries = request.Compare.Select((entry, index) => At($"compare[{index}]", () =>
        {
            var plan = Plan(request with { BatchNorm = request.BatchNorm.ForEntry(entry.Mode) }, lease.Shape);
            return (Cost: Check(request, plan, entry.Gradient, lease), Plan: plan, entry.Gradient);
        })).ToList();
        request.BatchNorm.CheckReference(request.Compare.Select(entry => entry.Mode));

        // All answers are kept until the last is there.
        var all = Cost.Sum(entries.Select(entry => entry.Cost)).Check(limits, "compare", "Compare fewer entries at once, or send fewer samples.");
        var compared = GradientWork.Compared(
            [.. entries.Select(entry => entry.Plan.Size.Outputs.Elements.SaturatingPlus(entry.Gradient.ResultElements(entry.Plan.Size)))]);
        all = all with { Work = all.Work.SaturatingPlus(compared) };

        // A step for each entry, and one that compares.
        return lease.Quote(
            all,
            steps =>
            {
                var network = lease.Network;
                var results = entries.Select(entry =>
                    steps.Do(entry.Cost.Work, () => Differentiate(request, entry.Plan, network, entry.Gradient, steps.Cancellation))).ToList();
                var differences = Comparison.Differences(results, steps.Cancellation);
                return new ComparisonResult { Results = results, Findings = Comparison.Findings(results, differences, Again), Differences = differences };

                NdArray Again(int index) =>
                    AnswerAlone(request, entries[index].Plan, network, entries[index].Gradient, steps.Cancellation, new RandomRounding()).Gradients!;
            },
            entries.Count + 1);
    });

    /// <summary>Outputs [N, M…] and BatchNorm statistics, computed at once.</summary>
    /// <exception cref="FaultException">The request is wrong, too large, or has no answer.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public ForwardResult Forward(ForwardRequest request, CancellationToken cancellation)
    {
        using var quote = QuoteForward(request);
        return quote.Compute(cancellation);
    }

    /// <summary>The gradient asked for, computed at once.</summary>
    /// <inheritdoc cref="Forward"/>
    public GradientResult Differentiate(GradientRequest request, CancellationToken cancellation)
    {
        using var quote = QuoteGradient(request);
        return quote.Compute(cancellation);
    }

    /// <summary>Several gradients, computed at once.</summary>
    /// <inheritdoc cref="Forward"/>
    public ComparisonResult Compare(ComparisonRequest request, CancellationToken cancellation)
    {
        using var quote = QuoteComparison(request);
        return quote.Compute(cancellation);
    }

    /// <summary>What a request comes to, as far as its shapes are right.</summary>
    /// <exception cref="FaultException">Inputs or normalisation do not fit the network.</exception>
    internal static RunPlan Plan(ForwardRequest request, NetworkShape shape)
    {
        BatchShape.Check(request.Inputs, "inputs", shape.Input, "N");
        BatchShape.CheckPrecision(request.Inputs, "inputs", shape.Dtype);
        return RunPlan.Of(shape, request.BatchNorm, request.Inputs.Shape[0], request.Dropout);
    }

    private Cost Check(ForwardRequest request, RunPlan plan, Question question, NetworkLease lease)
    {
        // The number of outputs and the size of the inputs are bounded first: selections and weights are as large as they are.
        CheckMemory(request, plan, question: null, "inputs");
        return question.Check(plan.Size).ToList() is { Count: > 0 } faults
            ? throw new FaultException(faults)
            : CheckWork(CheckMemory(request, plan, question, "gradient"), request, plan, question, lease);
    }

    private Cost CheckMemory(ForwardRequest request, RunPlan plan, Question? question, string path) =>
        GradientCost.Of(plan, question, request.Diagnostics.FiniteDifferences)
            .Check(limits, path, question?.Cheaper ?? "Send fewer samples or use narrower layers.");

    private Cost CheckWork(Cost cost, ForwardRequest request, RunPlan plan, Question? question, NetworkLease lease)
    {
        var work = GradientWork.Of(plan, question, lease.BuildsDense, request.Diagnostics.FiniteDifferences);
        work.Longest.Check(limits, question is null ? "inputs" : "gradient", "Send fewer samples, or a smaller window, matrix or image at that layer.");
        return cost with { Work = work.Work };
    }

    private static GradientResult Differentiate(ForwardRequest request, RunPlan plan, BuiltNetwork network, Question question, CancellationToken cancellation,
        Func<NdArray, SignEvidence>? compareSigns = null)
    {
        cancellation.ThrowIfCancellationRequested();
        var started = Stopwatch.GetTimestamp();
        using var run = Begin(request, plan, network, question, cancellation);
        var forward = Stopwatch.GetElapsedTime(started);

        started = Stopwatch.GetTimestamp();
        var answer = Ask(question, run, plan, cancellation);
        var backward = Stopwatch.GetElapsedTime(started);
        cancellation.ThrowIfCancellationRequested();

        var (outputs, layers, statistics) = (run.OutputValues, run.Layers, BatchNormReport.Of(plan, run));
        var twin = plan.Size.Coupled ? question.DetachedTwin : null;
        var held = twin is null ? null : (run as TorchRun)?.Statistics;
        var detached = twin is not null && run is ManagedRun managed ? DetachedEvidence.Of(managed, plan, twin, cancellation) : null;

        // What follows runs by itself: two at once would take twice the memory.
        run.Dispose();
        detached ??= twin is not null ? DetachedEvidence.Of(held!, plan, network.Tensors, request.Inputs, twin, cancellation) : null;
        var evidence = new GradientEvidence
        {
            Question = question,
            Size = plan.Size,
            Dtype = plan.Shape.Dtype,
            Network = request.Network,
            Outputs = outputs,
            Answer = answer,
            Layers = layers,
            Detached = detached,
            Parts = GradientExamination.Parts(question, plan, request.Inputs, outputs, statistics.Layers, answer, detached, Moved, Why),
            FiniteDifferences = request.Diagnostics.FiniteDifferences
                ? CheckByDifferences(request, plan, network.Tensors, question, answer, cancellation)
                : null,
            Signs = compareSigns?.Invoke(answer.Gradients!),
        };

        // Without libtorch the dense engine answers all the same.
        if (evidence.NonFinite.Total > 0 && LibTorch.Failure is null)
        {
            evidence = evidence with { Origin = NonFiniteGradient.Of(plan, network.Tensors, request.Inputs, layers, answer, cancellation) };
        }

        var separated = question.Choose(plan.Size);
        return new GradientResult
        {
            Kind = question.Kind,
            Outputs = evidence.Outputs,
            Gradients = answer.Gradients,
            Factors = answer.Factors,
            BatchNorm = statistics,
            Diagnostics = new DiagnosticsReport
            {
                Findings = FindingRule.Apply(GradientRules.All, evidence),
                FiniteDifferences = evidence.FiniteDifferences?.Report,
                Coupling = answer.Coupling,
                Strategy = separated.Strategy,
                Passes = separated.Sweeps,
                Reason = separated.Reason,
                GradientNorm = answer.Norm,
                NonFinite = evidence.NonFinite.Total,
                Timings = new TimingsReport { ForwardMs = forward.TotalMilliseconds, GradientMs = backward.TotalMilliseconds },
                Engine = EngineReport.Of(run.Engine),
            },
        };

        Answer Moved() => AnswerAlone(request, plan, network, question, cancellation, new RandomRounding());

        Flatness Why(int order)
        {
            if (LibTorch.Failure is not null)
            {
                return new Flatness(FlatnessCause.Unknown, []);
            }

            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            return Flatness.Of(RunStart.Of(plan, network.Tensors, cancellation), request.Inputs.ToTensor(plan.Shape.Dtype), order);
        }
    }

    /// <summary>The answer alone, by a run of its own.</summary>
    private static Answer AnswerAlone(ForwardRequest request, RunPlan plan, BuiltNetwork network, Question question, CancellationToken cancellation,
        RandomRounding? rounding = null)
    {
        cancellation.ThrowIfCancellationRequested();
        using var run = Begin(request, plan, network, question, cancellation, rounding);
        return Ask(question, run, plan, cancellation);
    }

    /// <summary>What is made on the way to an answer does not outlive it.</summary>
    private static Answer Ask(Question question, Run run, RunPlan plan, CancellationToken cancellation)
    {
        using var scope = run is TorchRun ? NewDisposeScope() : null;
        return question.Ask(run, plan.Size, cancellation);
    }

    /// <summary>In managed memory where network, plan and question leave the work to it, else by tensors.</summary>
    /// <param name="request">The request.</param>
    /// <param name="plan">What it comes to.</param>
    /// <param name="network">Its network.</param>
    /// <param name="question">What will be asked; null: outputs alone.</param>
    /// <param name="cancellation">Ends it between two blocks of samples.</param>
    /// <param name="rounding">Moves what layers give on; null: nothing is moved.</param>
    private static Run Begin(ForwardRequest request, RunPlan plan, BuiltNetwork network, Question? question, CancellationToken cancellation,
        RandomRounding? rounding = null) =>
        (question?.GoesInBlocks(plan.Size) != false && network.Dense is { } dense
            ? ManagedRun.TryRun(plan, dense, request.Inputs, cancellation, rounding)
            : null)
        ?? (Run)TorchRun.Alone(plan, network.Tensors, request.Inputs, differentiable: question is not null, cancellation, rounding,
            spares: question?.IsSwept != false);

    private static FiniteDifferenceOutcome CheckByDifferences(
        ForwardRequest request, RunPlan plan, Network network, Question question, Answer answer, CancellationToken cancellation)
    {
        using var copy = network.ToFloat64();
        using var run = TorchRun.Alone(plan, copy, request.Inputs, differentiable: true, cancellation);
        return FiniteDifferences.Check(run, question, plan.Size, answer, cancellation);
    }

    /// <summary>Adds to the remedy which entry of a comparison is meant; the path stays that of the field.</summary>
    private static T At<T>(string entry, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (FaultException fault)
        {
            throw fault.For(entry);
        }
    }
}
