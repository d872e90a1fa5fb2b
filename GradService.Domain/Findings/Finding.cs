
namespace GradService.Domain.Findings;

/// <summary>Something that explains a result: the numbers, and what to do.</summary>
/// <param name="Code">Stable name: "sum-gradient-vanishes".</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Message">A sentence or two for a person.</param>
public sealed record Finding(string Code, Severity Severity, string Message);

/// <summary>How much a finding matters.</summary>
public enum Severity
{
    /// <summary>Explains.</summary>
    Info,

    /// <summary>The numbers are probably not what was wanted.</summary>
    Warning,

    /// <summary>The numbers cannot be used.</summary>
    Error,
}
