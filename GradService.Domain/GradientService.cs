using System.Diagnostics;
using GradService.Domain.Diagnostics;
using GradService.Domain.Differentiation;
using GradService.Domain.Differentiation.Questions;
using GradService.Domain.Forward;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Normalization;
using static TorchSharp.torch;

namespace GradService.Domain;

/// <summary>
/// The door to the domain: outputs, gradients and what they mean. It keeps nothing between calls, may be called from any number of
/// threads at once, and leaves no tensor behind, also when a call fails.
/// </summary>
public sealed class GradientService(Limits limits)
{
    /// <summary>Outputs [N, M…] and BatchNorm statistics.</summary>
    /// <exception cref="FaultException">The request is wrong, too large, or has no answer.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public ForwardResult Forward(ForwardRequest request, CancellationToken cancellation)
    {
        var prepared = Prepare(request, NetworkShape.InferWithin(request.Network, limits));
        Price(prepared, question: null, "inputs");
        cancellation.ThrowIfCancellationRequested();
        using var scope = NewDisposeScope();
        using var constants = no_grad();
        using var network = Network.Create(request.Network, prepared.Shape);
        var pass = Run(prepared, network);
        return new ForwardResult { Outputs = Outputs(pass, prepared), BatchNorm = BatchNormReport.Of(prepared.Plan.Mode, pass.Taps) };
    }

    /// <summary>The gradient asked for, with outputs, statistics and what they mean.</summary>
    /// <inheritdoc cref="Forward"/>
    public GradientResult Differentiate(GradientRequest request, CancellationToken cancellation)
    {
        var prepared = Prepare(request, NetworkShape.InferWithin(request.Network, limits));
        Check(prepared, request.Gradient);
        using var scope = NewDisposeScope();
        using var network = Network.Create(request.Network, prepared.Shape);
        return Differentiate(prepared, network, request.Gradient, cancellation);
    }

    /// <summary>Several gradients of the same parameters and inputs, each starting from the request's own running statistics.</summary>
    /// <inheritdoc cref="Forward"/>
    public ComparisonResult Compare(ComparisonRequest request, CancellationToken cancellation)
    {
        // Everything is checked and priced before the first entry is computed.
        var shape = NetworkShape.InferWithin(request.Network, limits);
        var entries = request.Compare.Select((entry, index) => At($"compare[{index}]", () =>
        {
            var prepared = Prepare(request with { BatchNorm = ForEntry(request, entry.Mode) }, shape);
            Check(prepared, entry.Gradient);
            return (Prepared: prepared, entry.Gradient);
        })).ToList();
        if (request.BatchNorm.ReferenceInputs is not null && !entries.Any(entry => entry.Prepared.Plan.NeedsReference))
        {
            throw new FaultException(Fault.Invalid("batchNorm.referenceInputs", "nothing, as no entry has a BatchNorm layer in mode reference",
                $"an array of shape {request.BatchNorm.ReferenceInputs.Shape}", "Leave it out, or compare with mode reference."));
        }

        // All answers are kept until the last is there.
        Cost.Sum(entries.Select(entry => CostOf(entry.Prepared, entry.Gradient))).Check(limits, "compare", "Compare fewer entries at once, or send fewer samples.");
        using var scope = NewDisposeScope();
        using var network = Network.Create(request.Network, shape);
        var results = entries.Select(entry => Differentiate(entry.Prepared, network, entry.Gradient, cancellation)).ToList();
        var differences = Comparison.Differences(results, cancellation);
        return new ComparisonResult { Results = results, Findings = Comparison.Findings(results, differences), Differences = differences };
    }

    /// <summary>A request that has been checked as far as its shapes go.</summary>
    private sealed record Prepared(ForwardRequest Request, NetworkShape Shape, NormalizationPlan Plan, ProblemSize Size);

    private static Prepared Prepare(ForwardRequest request, NetworkShape shape)
    {
        BatchShape.Check(request.Inputs, "inputs", shape.Input, "N");
        BatchShape.CheckPrecision(request.Inputs, "inputs", shape.Dtype);
        var plan = NormalizationPlan.Resolve(shape, request.BatchNorm);
        plan.CheckCounts(request.Inputs.Shape[0], request.BatchNorm.ReferenceInputs?.Shape[0] ?? 0);
        return new Prepared(request, shape, plan, ProblemSize.Of(shape, plan, request.Inputs.Shape[0]));
    }

    private void Check(Prepared prepared, Question question)
    {
        // The number of outputs and the size of the inputs are bounded first: selections and weights are as large as they are.
        Price(prepared, question: null, "inputs");
        if (question.Check(prepared.Size).ToList() is { Count: > 0 } faults)
        {
            throw new FaultException(faults);
        }

        Price(prepared, question, "gradient");
    }

    private void Price(Prepared prepared, Question? question, string path) =>
        CostOf(prepared, question).Check(limits, path, question?.Cheaper ?? "Send fewer samples or use narrower layers.");

    private static Cost CostOf(Prepared prepared, Question? question) =>
        Cost.Of(prepared.Shape, prepared.Size.Samples, prepared.Request.BatchNorm.ReferenceInputs?.Shape[0] ?? 0, question, prepared.Size, prepared.Request.Diagnostics.FiniteDifferences);

    private static GradientResult Differentiate(Prepared prepared, Network network, Question question, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var scope = NewDisposeScope();
        var started = Stopwatch.GetTimestamp();
        var pass = Run(prepared, network);
        var forward = Stopwatch.GetElapsedTime(started);

        started = Stopwatch.GetTimestamp();
        var answer = question.Ask(pass, prepared.Size, cancellation);
        var backward = Stopwatch.GetElapsedTime(started);
        cancellation.ThrowIfCancellationRequested();

        var report = BatchNormReport.Of(prepared.Plan.Mode, pass.Taps);
        var evidence = new GradientEvidence
        {
            Question = question,
            Size = prepared.Size,
            Dtype = network.Dtype,
            Outputs = Outputs(pass, prepared),
            Answer = answer,
            Layers = [.. pass.Taps.Zip(report.Layers, (tap, layer) => LayerEvidence.Of(tap, layer, network, prepared.Size.Samples, prepared.Request.BatchNorm.ReferenceInputs))],
            Detached = prepared.Size.Coupled && question.DetachedTwin is { } twin ? Detached(pass, twin, prepared, cancellation) : null,
            FiniteDifferences = prepared.Request.Diagnostics.FiniteDifferences ? CheckByDifferences(prepared, network, question, answer, cancellation) : null,
        };
        var choice = question.Choose(prepared.Size);
        return new GradientResult
        {
            Kind = question.Kind,
            Outputs = evidence.Outputs,
            Gradients = answer.Gradients,
            Factors = answer.Factors,
            BatchNorm = report,
            Diagnostics = new DiagnosticsReport
            {
                Findings = FindingRule.Apply(evidence),
                FiniteDifferences = evidence.FiniteDifferences?.Report,
                Coupling = answer.Coupling,
                Strategy = choice.Strategy,
                Passes = choice.Passes,
                Reason = choice.Reason,
                GradientNorm = answer.Norm(),
                NonFinite = evidence.NonFinite.Total,
                Timings = new TimingsReport { ForwardMs = forward.TotalMilliseconds, GradientMs = backward.TotalMilliseconds },
                Engine = EngineReport.Tensor(),
            },
        };
    }

    private static ForwardPass Run(Prepared prepared, Network network)
    {
        var (request, dtype) = (prepared.Request, network.Dtype);
        var masks = request.Dropout is { } dropout ? DropoutMasks.Draw(prepared.Shape, prepared.Size.Samples, dropout, dtype) : null;
        return ForwardPass.Run(network, request.Inputs.ToTensor(dtype), prepared.Plan, masks,
            request.BatchNorm.ReferenceInputs?.ToTensor(dtype));
    }

    private static DetachedEvidence Detached(ForwardPass pass, Question question, Prepared prepared, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var every = DetachedEvidence.EveryFor(prepared.Size.Samples, prepared.Shape.KeptElements);
        var held = every == 1 ? pass.Rerun(pass.Inputs, StatisticsHold.All) : pass.RerunEveryNth(every);
        var size = prepared.Size.Decoupled with { Samples = held.Inputs.shape[0] };
        return new DetachedEvidence(question.Ask(held, size, cancellation).Gradients!, every);
    }

    private static FiniteDifferenceOutcome CheckByDifferences(Prepared prepared, Network network, Question question, Answer answer, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        using var copy = network.ToFloat64();
        return FiniteDifferences.Check(Run(prepared, copy), question, prepared.Size, answer, cancellation);
    }

    private static NdArray Outputs(ForwardPass pass, Prepared prepared) =>
        pass.Outputs.ToNdArray().Reshape(prepared.Shape.Output.After(prepared.Size.Samples));

    /// <summary>An entry has the request's reference batch only where it needs one.</summary>
    private static BatchNormSpec ForEntry(ComparisonRequest request, BatchNormMode mode)
    {
        var needsReference = mode.Source == StatisticsSource.ReferenceBatch || (request.BatchNorm.Layers?.Values.Any(layer => layer.Source == StatisticsSource.ReferenceBatch) ?? false);
        return request.BatchNorm with { Mode = mode, ReferenceInputs = needsReference ? request.BatchNorm.ReferenceInputs : null };
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
