using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Runs;
using GradService.Domain.Statistics;

namespace GradService.Domain.Gradients;

/// <summary>A network, a batch, and how BatchNorm and dropout behave: what every request has.</summary>
public record ForwardRequest
{
    /// <summary>The network, described or stored.</summary>
    public required NetworkSource Network { get; init; }

    /// <summary>The batch [N, D…]: one entry per sample, each of the network's inputShape.</summary>
    public required NdArray Inputs { get; init; }

    /// <summary>Where the BatchNorm layers take their statistics from, and whether the gradient flows through them; absent: mode train.</summary>
    public BatchNormSpec BatchNorm { get; init; } = new();

    /// <summary>Draws one mask per dropout layer; absent: dropout layers are the identity.</summary>
    public DropoutSpec? Dropout { get; init; }

    /// <summary>What to find out beside the answer.</summary>
    public DiagnosticsSpec Diagnostics { get; init; } = new();
}

/// <summary>What to find out beside the answer.</summary>
public sealed record DiagnosticsSpec
{
    /// <summary>Whether to compare up to 64 entries of the answer with central differences on a float64 copy of the network.</summary>
    public bool FiniteDifferences { get; init; }

    /// <summary>
    /// Whether to say which share of the answer's entries changes its sign between the modes train, trainDetached and eval, for kinds sum,
    /// perSample and vjp of /v1/gradients: what methods that step along the sign of the gradient should know.
    /// </summary>
    public bool CompareSigns { get; init; }

    /// <summary>For what has no signs to compare.</summary>
    /// <exception cref="FaultException">It is asked for.</exception>
    internal void RefuseSigns(string with, string remedy)
    {
        if (CompareSigns)
        {
            throw new FaultException(Fault.Invalid("diagnostics.compareSigns", $"nothing or false with {with}", "true", remedy));
        }
    }
}

/// <summary>A network, a batch, a BatchNorm mode and a kind of gradient.</summary>
public sealed record GradientRequest : ForwardRequest
{
    /// <summary>The kind of gradient.</summary>
    public required Question Gradient { get; init; }
}

/// <summary>Several gradients of the same parameters and inputs, side by side.</summary>
public sealed record ComparisonRequest : ForwardRequest
{
    /// <summary>What to compare.</summary>
    [MinLength(1)]
    public required IReadOnlyList<ComparisonEntry> Compare { get; init; }
}

/// <summary>One gradient of a comparison; everything else is the request's.</summary>
/// <param name="Mode">The mode of all BatchNorm layers that the request's "layers" does not name.</param>
/// <param name="Gradient">The kind of gradient.</param>
public sealed record ComparisonEntry(BatchNormMode Mode, Question Gradient);
