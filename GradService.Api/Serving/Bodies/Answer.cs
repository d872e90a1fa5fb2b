using System.Reflection;
using GradService.Api.Wire.Writing;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace GradService.Api.Serving.Bodies;

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

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var json = httpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        return AnswerMedia.For(httpContext.Request) == AnswerMedia.Npz
            ? AnswerBody.SendAsync(httpContext, AnswerMedia.Npz, (output, aborted) => NpzAnswer.WriteAsync(Value, output, json, aborted))
            : AnswerBody.SendAsync(httpContext, AnswerMedia.Json + "; charset=utf-8", (output, aborted) => JsonAnswer.WriteAsync(Value, output, json, Form.Encoding, aborted));
    }
}
