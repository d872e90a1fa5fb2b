using System.Diagnostics;
using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Faults;
using GradService.Domain.Findings;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Runs;
using static TorchSharp.torch;

namespace GradService.Domain.Gradients;

/// <summary>
/// The door to the domain: outputs, gradients and what they mean. It may be called from any number of threads at once, and leaves no tensor
/// behind, also when a call fails.
/// </summary>
/// <param name="limits">What a request may take.</param>
/// <param name="networks">Where networks are had from.</param>
public sealed class GradientService(Limits limits, NetworkCatalog networks)
{
    /// <summary>Outputs [N, M…] and BatchNorm statistics, checked and priced, to be computed.</summary>
    /// <exception cref="FaultException">The request is wrong, too large, or has no answer.</exception>
    public Quote<ForwardResult> QuoteForward(ForwardRequest request) => networks.Quote<ForwardResult>(request.Network, lease =>
    {
        var prepared = PreparedRequest.Of(request, lease.Shape);
        return (CheckedWork(CheckedCost(prepared, question: null, "inputs"), prepared, question: null, lease), cancellation =>
        {
            cancellation.ThrowIfCancellationRequested();
            using var evaluation = Evaluate(prepared, lease.Network, question: null, cancellation);
            return new ForwardResult { Outputs = evaluation.Outputs, BatchNorm = Report(prepared, evaluation) };
        });
    });

    /// <summary>The gradient asked for, with outputs, statistics and what they mean, checked and priced, to be computed.</summary>
    /// <inheritdoc cref="QuoteForward"/>
    public Quote<GradientResult> QuoteGradient(GradientRequest request) => networks.Quote<GradientResult>(request.Network, lease =>
    {
        var prepared = PreparedRequest.Of(request, lease.Shape);
        return (Check(prepared, request.Gradient, lease), cancellation => Differentiate(prepared, lease.Network, request.Gradient, cancellation));
    });

    /// <summary>
    /// Several gradients of the same parameters and inputs, each starting from the request's own running statistics: all checked and priced
    /// before the first is computed.
    /// </summary>
    /// <inheritdoc cref="QuoteForward"/>
    public Quote<ComparisonResult> QuoteComparison(ComparisonRequest request) => networks.Quote<ComparisonResult>(request.Network, lease =>
    {
        var entries = request.Compare.Select((entry, index) => At($"compare[{index}]", () =>
        {
            var prepared = PreparedRequest.Of(request with { BatchNorm = request.BatchNorm.ForEntry(entry.Mode) }, lease.Shape);
            return (Cost: Check(prepared, entry.Gradient, lease), Prepared: prepared, entry.Gradient);
        })).ToList();
        request.BatchNorm.CheckReference(request.Compare.Select(entry => entry.Mode));

        // All answers are kept until the last is there.
        var all = Cost.Sum(entries.Select(entry => entry.Cost)).Check(limits, "compare", "Compare fewer entries at once, or send fewer samples.");
        var compared = RequestWork.Compared([.. entries.Select(entry => entry.Prepared.Size.Outputs.Elements.SaturatingPlus(entry.Gradient.ResultElements(entry.Prepared.Size)))]);
        all = all with { Work = all.Work.SaturatingPlus(compared) };
        return (all, cancellation =>
        {
            var network = lease.Network;
            var results = entries.Select(entry => Differentiate(entry.Prepared, network, entry.Gradient, cancellation)).ToList();
            var differences = Comparison.Differences(results, cancellation);
            return new ComparisonResult { Results = results, Findings = Comparison.Findings(results, differences), Differences = differences };
        });
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

    private Cost Check(PreparedRequest prepared, Question question, NetworkLease lease)
    {
        // The number of outputs and the size of the inputs are bounded first: selections and weights are as large as they are.
        CheckedCost(prepared, question: null, "inputs");
        return question.Check(prepared.Size).ToList() is { Count: > 0 } faults
            ? throw new FaultException(faults)
            : CheckedWork(CheckedCost(prepared, question, "gradient"), prepared, question, lease);
    }

    private Cost CheckedWork(Cost cost, PreparedRequest prepared, Question? question, NetworkLease lease)
    {
        var work = RequestWork.Of(prepared, question, lease.BuildsDense);
        work.Longest.Check(limits, question is null ? "inputs" : "gradient", "Send fewer samples, or a smaller window, matrix or image at that layer.");
        return cost with { Work = work.Work };
    }

    private Cost CheckedCost(PreparedRequest prepared, Question? question, string path) =>
        GradientCost.Of(prepared.Shape, prepared.Size.Samples, prepared.Request.BatchNorm.ReferenceInputs?.Shape[0] ?? 0, question, prepared.Size, prepared.Request.Diagnostics.FiniteDifferences)
            .Check(limits, path, question?.Cheaper ?? "Send fewer samples or use narrower layers.");

    private static GradientResult Differentiate(PreparedRequest prepared, BuiltNetwork network, Question question, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var started = Stopwatch.GetTimestamp();
        using var evaluation = Evaluate(prepared, network, question, cancellation);
        var forward = Stopwatch.GetElapsedTime(started);

        started = Stopwatch.GetTimestamp();
        var answer = evaluation.Ask(question, cancellation);
        var backward = Stopwatch.GetElapsedTime(started);
        cancellation.ThrowIfCancellationRequested();

        var evidence = new GradientEvidence
        {
            Question = question,
            Size = prepared.Size,
            Dtype = prepared.Shape.Dtype,
            Outputs = evaluation.Outputs,
            Answer = answer,
            Layers = evaluation.Layers,
            Detached = prepared.Size.Coupled && question.DetachedTwin is { } twin ? evaluation.Detached(twin, cancellation) : null,
            FiniteDifferences = prepared.Request.Diagnostics.FiniteDifferences ? CheckByDifferences(prepared, network.Tensors, question, answer, cancellation) : null,
        };
        var choice = question.Choose(prepared.Size);
        return new GradientResult
        {
            Kind = question.Kind,
            Outputs = evidence.Outputs,
            Gradients = answer.Gradients,
            Factors = answer.Factors,
            BatchNorm = Report(prepared, evaluation),
            Diagnostics = new DiagnosticsReport
            {
                Findings = FindingRule.Apply(GradientRules.All, evidence),
                FiniteDifferences = evidence.FiniteDifferences?.Report,
                Coupling = answer.Coupling,
                Strategy = choice.Strategy,
                Passes = choice.Passes,
                Reason = choice.Reason,
                GradientNorm = answer.Norm(cancellation),
                NonFinite = evidence.NonFinite.Total,
                Timings = new TimingsReport { ForwardMs = forward.TotalMilliseconds, GradientMs = backward.TotalMilliseconds },
                Engine = EngineReport.Of(evaluation.Engine),
            },
        };
    }

    /// <summary>By the dense engine where it can, else by tensors.</summary>
    /// <param name="prepared">The request.</param>
    /// <param name="network">Its network.</param>
    /// <param name="question">What will be asked; null: outputs alone.</param>
    /// <param name="cancellation">Ends it between two blocks of samples.</param>
    private static Evaluation Evaluate(PreparedRequest prepared, BuiltNetwork network, Question? question, CancellationToken cancellation) =>
        (network.Dense is { } dense ? DenseEvaluation.TryRun(prepared, dense, question, cancellation) : null)
        ?? new TensorEvaluation(prepared, network.Tensors, differentiable: question is not null, cancellation);

    private static FiniteDifferenceOutcome CheckByDifferences(PreparedRequest prepared, Network network, Question question, Answer answer, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var copy = network.ToFloat64();
        return FiniteDifferences.Check(TensorEvaluation.Run(prepared, copy, cancellation), question, prepared.Size, answer, cancellation);
    }

    private static BatchNormReport Report(PreparedRequest prepared, Evaluation evaluation) =>
        new() { Mode = prepared.Plan.Mode, Layers = [.. evaluation.Layers.Select(layer => layer.Report)] };

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
