namespace GradService.Domain.Networks;

/// <summary>How a sample's result depends on the sample, BatchNorm's statistics and dropout's masks held constant.</summary>
internal enum Linearity
{
    /// <summary>x ↦ A·x + b.</summary>
    Affine,

    /// <summary>Affine piece by piece, so that second derivatives are zero but at kinks.</summary>
    PiecewiseLinear,

    /// <summary>Anything else.</summary>
    Curved,
}
