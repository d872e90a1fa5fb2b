using GradService.Domain.Arrays;
using GradService.Domain.Runs;

namespace GradService.Domain.Separation;

/// <summary>What is asked about samples that may interact: all that choosing a way depends on.</summary>
/// <param name="Size">Its size.</param>
/// <param name="For">What it is.</param>
/// <param name="Sweeps">How many sweeps it takes where one serves all samples.</param>
internal sealed record Asked(ProblemSize Size, AskedFor For, long Sweeps)
{
    /// <summary>The highest order of derivative by the inputs.</summary>
    public int Order { get; init; } = 1;

    /// <summary>How it is to be found, as far as the request says.</summary>
    public Strategy Strategy { get; init; } = Strategy.Auto;

    /// <summary>Whether parameter gradients of the derivatives are wanted.</summary>
    public bool Live { get; init; }

    /// <summary>How many sweeps it takes where each sample has its own.</summary>
    public long RowSweeps { get; init; } = Size.Samples.SaturatingTimes(Sweeps);
}

/// <summary>What is asked about samples that may interact.</summary>
internal enum AskedFor
{
    /// <summary>Each sample's own gradients.</summary>
    OwnGradients,

    /// <summary>Each sample's own derivatives of any order.</summary>
    OwnDerivatives,

    /// <summary>The same in the terms of a loss.</summary>
    TermDerivatives,

    /// <summary>All blocks of the batch Jacobian.</summary>
    Blocks,

    /// <summary>Its factors.</summary>
    Factors,
}
