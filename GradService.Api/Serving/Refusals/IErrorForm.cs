using Microsoft.AspNetCore.Mvc;

namespace GradService.Api.Serving.Refusals;

/// <summary>Metadata of endpoints whose callers know errors in another form than problem documents.</summary>
internal interface IErrorForm
{
    /// <summary>Writes the status and the body.</summary>
    Task WriteAsync(HttpContext context, ProblemDetails problem);
}
