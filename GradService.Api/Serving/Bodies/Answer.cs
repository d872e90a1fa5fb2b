using System.IO.Pipelines;
using System.Reflection;
using GradService.Api.Serving.Refusals;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Writing;
using GradService.Domain.Arrays;
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
            : AnswerBody.SendAsync(httpContext, AnswerMedia.Json + "; charset=utf-8",
                (output, aborted) => JsonAnswer.WriteAsync(Value, output, json, Form.Encoding, aborted));
    }
}

/// <summary>The one way out for the bodies of answers: in pieces, as fast as they are taken, and no longer than there is somebody who takes them.</summary>
internal static class AnswerBody
{
    private const int Piece = 64 * 1024;

    /// <summary>Sends what is written as it is taken.</summary>
    /// <param name="context">The request that is answered.</param>
    /// <param name="contentType">What the bytes are.</param>
    /// <param name="write">Writes them; cancelled, it ends by <see cref="OperationCanceledException"/>.</param>
    public static async Task SendAsync(HttpContext context, string contentType, Func<PipeWriter, CancellationToken, Task> write)
    {
        context.Response.ContentType = contentType;
        try
        {
            await write(context.Response.BodyWriter, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The caller went away, and nothing went wrong: there is nobody to tell. What is half written must not look whole.
            context.Abort();
        }
    }

    /// <summary>Sends a result as JSON in which arrays have a form of their own.</summary>
    public static Task SendJsonAsync(HttpContext context, object value, string contentType, Func<NdArray, ArrayText> textOf)
    {
        var json = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        return SendAsync(context, contentType, (output, aborted) => JsonAnswer.WriteAsync(value, output, json, textOf, aborted));
    }

    /// <summary>Sends bytes that are all there; they count until the request has ended.</summary>
    /// <exception cref="BuffersFullException">Together with what others hold they are too much.</exception>
    public static Task SendAsync(HttpContext context, string contentType, ReadOnlyMemory<byte> bytes)
    {
        context.HeldBytes().Add(bytes.Length);
        context.Response.ContentLength = bytes.Length;
        return SendAsync(context, contentType, async (output, aborted) =>
        {
            for (var rest = bytes; rest.Length > 0; rest = rest[Math.Min(Piece, rest.Length)..])
            {
                var written = await output.WriteAsync(rest[..Math.Min(Piece, rest.Length)], aborted);
                if (written.IsCompleted || written.IsCanceled)
                {
                    throw new OperationCanceledException("The reader of the answer went away.", aborted);
                }
            }
        });
    }
}

/// <summary>Refuses, before any work is done, a caller who would take no form of the answer.</summary>
internal sealed class AcceptsAnswer : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        AnswerMedia.For(context.HttpContext.Request) is not null
            ? next(context)
            : throw new BadHttpRequestException(
                $"Answers are {AnswerMedia.Json} or {AnswerMedia.Npz}; the header Accept excludes both.", StatusCodes.Status406NotAcceptable);
}
