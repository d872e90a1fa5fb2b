using GradService.Api.Serving.Refusals;
using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Gradients;
using GradService.Domain.Objectives;
using Microsoft.AspNetCore.Mvc;

namespace GradService.Api.Objectives;

/// <summary>A loss under several meanings of BatchNorm.</summary>
internal sealed record ObjectiveComparisonAnswer
{
    /// <summary>One per variant, in order: a result as /v1/objectives gives it, or an error.</summary>
    public required IReadOnlyList<ObjectiveVariantAnswer> Results { get; init; }

    /// <summary>What explains the differences.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    public static ObjectiveComparisonAnswer Of(ObjectiveComparisonResult result) =>
        new() { Results = [.. result.Results.Select(ObjectiveVariantAnswer.Of)], Findings = result.Findings };
}

/// <summary>What a loss came to in one variant: the fields of a result, or an error.</summary>
internal sealed record ObjectiveVariantAnswer
{
    /// <summary>The variant.</summary>
    public required VariantName Variant { get; init; }

    /// <summary>The loss: Σ weight · value over the terms.</summary>
    public double? Value { get; init; }

    /// <summary>The terms in the request's order.</summary>
    public IReadOnlyList<ObjectiveTermResult>? Terms { get; init; }

    /// <summary>The gradient of the loss with respect to each parameter, by state_dict name.</summary>
    public IReadOnlyDictionary<string, NdArray>? ParameterGradients { get; init; }

    /// <summary>The gradient of the loss with respect to each unknown.</summary>
    public IReadOnlyDictionary<string, double>? UnknownGradients { get; init; }

    /// <summary>The gradient of the whole loss with respect to each point, by point set, [n, D…].</summary>
    public IReadOnlyDictionary<string, NdArray>? InputGradients { get; init; }

    /// <summary>The points [n, D…] by point set.</summary>
    public IReadOnlyDictionary<string, NdArray>? Points { get; init; }

    /// <summary>The cosine of the angle between this parameter gradient and that of variant c.</summary>
    public double? GradientCosine { get; init; }

    /// <summary>The norm of the difference between this parameter gradient and that of variant c, relative to the latter's.</summary>
    public double? GradientDifference { get; init; }

    /// <summary>What the BatchNorm layers did.</summary>
    public ObjectiveBatchNormReport? BatchNorm { get; init; }

    /// <summary>What the numbers mean and how they were found; "passes" is what the variant costs.</summary>
    public DiagnosticsReport? Diagnostics { get; init; }

    /// <summary>Why it could not be computed: a problem document.</summary>
    public ProblemDetails? Error { get; init; }

    public static ObjectiveVariantAnswer Of(ObjectiveVariantResult result) => new()
    {
        Variant = new VariantName
        {
            Letter = result.Variant.Letter,
            Mode = result.Variant.Mode.Name,
            Derivative = result.Variant.Derivative,
            ThroughStatistics = result.Variant.ThroughStatistics,
        },
        Value = result.Result?.Value,
        Terms = result.Result?.Terms,
        ParameterGradients = result.Result?.ParameterGradients,
        UnknownGradients = result.Result?.UnknownGradients,
        InputGradients = result.Result?.InputGradients,
        Points = result.Result?.Points,
        GradientCosine = result.GradientCosine,
        GradientDifference = result.GradientDifference,
        BatchNorm = result.Result?.BatchNorm,
        Diagnostics = result.Result?.Diagnostics,
        Error = result.Error is null ? null : ProblemMapping.Of(result.Error.Faults),
    };
}

/// <summary>A meaning of BatchNorm in a loss.</summary>
internal sealed record VariantName
{
    /// <summary>The letter of the documentation, "a" to "f"; absent for another meaning.</summary>
    public string? Letter { get; init; }

    /// <summary>The mode of all BatchNorm layers that "batchNorm.layers" does not name.</summary>
    public required string Mode { get; init; }

    /// <summary>What a derivative by an input means where batch statistics couple the samples.</summary>
    public required InputDerivative Derivative { get; init; }

    /// <summary>Whether parameter gradients flow through the statistics; absent: the mode's default.</summary>
    public bool? ThroughStatistics { get; init; }
}
