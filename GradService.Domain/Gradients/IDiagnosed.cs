using GradService.Domain.Findings;

namespace GradService.Domain.Gradients;

/// <summary>
/// An answer that says how it was found and what it means, whatever its form: whoever counts or repeats that need not know the forms. Answers
/// implement it explicitly, as their properties are what travels.
/// </summary>
public interface IDiagnosed
{
    /// <summary>How each of its results was found.</summary>
    IEnumerable<DiagnosticsReport> Reports { get; }

    /// <summary>What explains its results, and then the differences between them.</summary>
    IEnumerable<Finding> Findings => Reports.SelectMany(report => report.Findings);
}
