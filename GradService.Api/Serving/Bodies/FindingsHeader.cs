using GradService.Domain.Gradients;

namespace GradService.Api.Serving.Bodies;

/// <summary>Tells the findings about an answer whose form has no room for them: their codes in a header, their sentences in the log.</summary>
internal sealed partial class FindingsHeader(ILoggerFactory loggers)
{
    /// <summary>The distinct codes, in the order of the findings; absent where there are none.</summary>
    public const string Name = "GradService-Findings";

    /// <summary>Under this name operators ask for the lines: it stays, wherever the type is.</summary>
    private readonly ILogger _logger = loggers.CreateLogger("GradService.Api.Findings");

    /// <summary>Comes before the first byte of the answer.</summary>
    public void Tell(HttpContext context, IDiagnosed answer)
    {
        var findings = answer.Findings.ToList();
        if (findings.Count > 0)
        {
            context.Response.Headers[Name] = string.Join(", ", findings.Select(finding => finding.Code).Distinct());
            var sentences = string.Join(" ", findings.Select(finding => $"{finding.Code}: {finding.Message}"));
            LogFindings(_logger, context.Request.Path, sentences);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Findings about the answer of {Path}: {Findings}")]
    private static partial void LogFindings(ILogger logger, PathString path, string findings);
}
