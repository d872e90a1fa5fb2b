using System.Reflection;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace GradService.Api.Answers;

/// <summary>
/// 200 with a result in the form that the caller wants. All has been computed before: what goes wrong after the first byte could no
/// longer become a problem document.
/// </summary>
/// <param name="Value">The result.</param>
/// <param name="Form">How to write it.</param>
internal sealed record Answer<T>(T Value, AnswerForm Form) : IResult, IEndpointMetadataProvider
    where T : class
{
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), [AnswerMedia.Json, AnswerMedia.Npz]));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (json, aborted) = (httpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions, httpContext.RequestAborted);
        try
        {
            if (AnswerMedia.For(httpContext.Request) == AnswerMedia.Npz)
            {
                httpContext.Response.ContentType = AnswerMedia.Npz;
                await NpzAnswer.WriteAsync(Value, httpContext.Response.BodyWriter, json, aborted);
            }
            else
            {
                httpContext.Response.ContentType = AnswerMedia.Json + "; charset=utf-8";
                await JsonAnswer.WriteAsync(Value, httpContext.Response.BodyWriter, json, Form.Encoding, aborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The caller went away, and nothing went wrong: there is nobody to tell. What is half written must not look whole.
            httpContext.Abort();
        }
    }
}
