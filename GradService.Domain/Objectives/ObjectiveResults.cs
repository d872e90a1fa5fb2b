using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Findings;
using GradService.Domain.Gradients;
using GradService.Domain.Runs;
using GradService.Domain.Statistics;

namespace GradService.Domain.Objectives;

/// <summary>A loss, its parameter gradient, and what they mean.</summary>
public sealed record ObjectiveResult : IDiagnosed
{
    /// <summary>The loss: Σ weight · value over the terms.</summary>
    public required double Value { get; init; }

    /// <summary>The terms in the request's order.</summary>
    public required IReadOnlyList<ObjectiveTermResult> Terms { get; init; }

    /// <summary>The gradient of the loss with respect to each parameter, by state_dict name; absent where it was not asked for.</summary>
    public IReadOnlyDictionary<string, NdArray>? ParameterGradients { get; init; }

    /// <summary>The gradient of the loss with respect to each unknown; absent where parameter gradients were not asked for, or there are none.</summary>
    public IReadOnlyDictionary<string, double>? UnknownGradients { get; init; }

    /// <summary>
    /// The gradient of the whole loss with respect to each point, by point set, [n, D…], under the same meaning of BatchNorm; absent where it was
    /// not asked for.
    /// </summary>
    public IReadOnlyDictionary<string, NdArray>? InputGradients { get; init; }

    /// <summary>The points [n, D…] by point set, in the network's precision; absent where they were not asked for.</summary>
    public IReadOnlyDictionary<string, NdArray>? Points { get; init; }

    /// <summary>What the BatchNorm layers did.</summary>
    public required ObjectiveBatchNormReport BatchNorm { get; init; }

    /// <summary>What the numbers mean and how they were found.</summary>
    public required DiagnosticsReport Diagnostics { get; init; }

    IEnumerable<DiagnosticsReport> IDiagnosed.Reports => [Diagnostics];
}

/// <summary>One term of a loss.</summary>
public sealed record ObjectiveTermResult
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What its reduction makes of its residuals.</summary>
    public required double Value { get; init; }

    /// <summary>Its weight in the loss.</summary>
    public required double Weight { get; init; }

    /// <summary>How many points it was taken over.</summary>
    public required long Count { get; init; }

    /// <summary>The residual at each point, [n]; absent where it was not asked for.</summary>
    public NdArray? Residuals { get; init; }
}

/// <summary>What the BatchNorm layers did: in one batch, or in one after another.</summary>
public sealed record ObjectiveBatchNormReport
{
    /// <summary>The request's mode.</summary>
    public required BatchNormMode Mode { get; init; }

    /// <summary>The BatchNorm layers in forward order; absent where each point set is its own batch.</summary>
    public IReadOnlyList<BatchNormLayerReport>? Layers { get; init; }

    /// <summary>
    /// The batches in order, where each point set is its own; running statistics go on from one to the next, so that the last one's
    /// are those after this call.
    /// </summary>
    public IReadOnlyList<PointBatchReport>? Batches { get; init; }
}

/// <summary>What the BatchNorm layers did in one batch.</summary>
public sealed record PointBatchReport
{
    /// <summary>The point set.</summary>
    public required string Points { get; init; }

    /// <summary>The BatchNorm layers in forward order.</summary>
    public required IReadOnlyList<BatchNormLayerReport> Layers { get; init; }
}

/// <summary>A loss under several meanings of BatchNorm.</summary>
public sealed record ObjectiveComparisonResult : IDiagnosed
{
    /// <summary>One per variant, in order.</summary>
    public required IReadOnlyList<ObjectiveVariantResult> Results { get; init; }

    /// <summary>What explains the differences.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    IEnumerable<DiagnosticsReport> IDiagnosed.Reports => Computed.Select(result => result.Diagnostics);

    IEnumerable<Finding> IDiagnosed.Findings => Computed.SelectMany(result => result.Diagnostics.Findings).Concat(Findings);

    private IEnumerable<ObjectiveResult> Computed => Results.Select(variant => variant.Result).OfType<ObjectiveResult>();
}

/// <summary>What a loss came to in one variant.</summary>
/// <param name="Variant">The variant.</param>
/// <param name="Result">The loss; null where it could not be computed.</param>
/// <param name="Error">Why it could not be computed.</param>
/// <param name="GradientCosine">Of the angle between its parameter gradient and that of variant c; null where one of them is missing.</param>
/// <param name="GradientDifference">The norm of the difference relative to that of variant c.</param>
public sealed record ObjectiveVariantResult(ObjectiveVariant Variant, ObjectiveResult? Result, FaultException? Error, double? GradientCosine,
    double? GradientDifference);
