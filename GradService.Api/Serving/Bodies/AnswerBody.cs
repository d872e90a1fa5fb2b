using Microsoft.Extensions.Options;
using Microsoft.AspNetCore.Http.Json;
using GradService.Domain.Arrays;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Writing;
using System.IO.Pipelines;
using GradService.Api.Serving.Refusals;

namespace GradService.Api.Serving.Bodies;

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
