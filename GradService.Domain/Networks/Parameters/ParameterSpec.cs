using GradService.Domain.Arrays;

namespace GradService.Domain.Networks.Parameters;

/// <summary>A parameter or buffer of a layer.</summary>
/// <param name="Name">PyTorch's name for it: "weight", "running_mean".</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Initializer">Its first values.</param>
/// <param name="Role">What it is to training.</param>
internal sealed record ParameterSpec(string Name, Shape Shape, Initializer Initializer, ParameterRole Role = ParameterRole.Learnable);

internal enum ParameterRole
{
    /// <summary>Trained. Must be given where nothing is drawn.</summary>
    Learnable,

    /// <summary>Drawn and never trained. Must be given where nothing is drawn.</summary>
    DrawnBuffer,

    /// <summary>A statistic with a natural beginning.</summary>
    Buffer,

    /// <summary>A buffer that counts: a non-negative integer, always kept in double precision, which holds it exactly.</summary>
    Counter,
}
