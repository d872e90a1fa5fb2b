using System.ComponentModel.DataAnnotations;
using GradService.Api.Gradients;
using GradService.Api.Wire.Reading;
using GradService.Domain.Gradients;
using GradService.Domain.Objectives;

namespace GradService.Api.Figures;

/// <summary>What to draw, and how: one request by "of" and "request", or several in one picture by "panels".</summary>
internal sealed record FigureBody
{
    /// <summary>Which endpoint's request "request" is; absent where "panels" is there.</summary>
    public FigureSubject? Of { get; init; }

    /// <summary>The request as that endpoint takes it; absent where "panels" is there.</summary>
    [OneOfRequests(typeof(GradientRequest), typeof(ComparisonBody), typeof(ObjectiveComparisonRequest))]
    public JsonFragment? Request { get; init; }

    /// <summary>Several requests, drawn beside each other in their order; instead of "of" and "request".</summary>
    [MinLength(1), MaxLength(20)]
    public IReadOnlyList<FigurePart>? Panels { get; init; }

    /// <summary>How to draw; absent: by what fits the request, 960 by 400 pixels, light, as SVG.</summary>
    public FigureSpec Figure { get; init; } = new();
}

/// <summary>A request that is drawn beside others.</summary>
internal sealed record FigurePart
{
    /// <summary>Which endpoint's request "request" is.</summary>
    public required FigureSubject Of { get; init; }

    /// <summary>The request as that endpoint takes it.</summary>
    [OneOfRequests(typeof(GradientRequest), typeof(ComparisonBody), typeof(ObjectiveComparisonRequest))]
    public required JsonFragment Request { get; init; }

    /// <summary>What to write above it; absent: its mode and kind.</summary>
    [MinLength(1), MaxLength(100)]
    public string? Title { get; init; }
}

/// <summary>What a figure is of.</summary>
internal enum FigureSubject
{
    /// <summary>A request of /v1/gradients.</summary>
    Gradients,

    /// <summary>A request of /v1/gradients/compare: a panel for each entry.</summary>
    Compare,

    /// <summary>A request of /v1/objectives/compare.</summary>
    Objectives,
}
