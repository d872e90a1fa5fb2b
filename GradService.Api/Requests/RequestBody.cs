using System.IO.Pipelines;
using GradService.Api.Admission;
using GradService.Api.Answers;
using GradService.Api.Connections;
using GradService.Api.Observability;
using GradService.Domain;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace GradService.Api.Requests;

/// <summary>The body of a request, bounded, as a domain record.</summary>
internal sealed class RequestBody(IOptions<Limits> limits, IOptions<ConnectionOptions> connections, BufferBudget buffers)
{
    /// <summary>What a number of a text takes at most while it is read: in a buffer that doubles, in the one before, and in its array.</summary>
    private const long EachNumber = 3 * sizeof(double);

    /// <returns>The record, and how its answer is to be written.</returns>
    /// <exception cref="FaultException">The body is larger than MaxRequestBytes, or wrong.</exception>
    /// <exception cref="BuffersFullException">There is no memory for it.</exception>
    /// <exception cref="BadHttpRequestException">The body is not declared to be JSON in UTF-8, or an archive of arrays, or did not come in time.</exception>
    public async Task<(T Request, AnswerForm Form)> ReadAsync<T>(HttpContext context)
        where T : class
    {
        using var stage = Stages.Start("read");
        CheckContentType(context.Request);
        using var body = await ReadBytesAsync(context);
        return Parse<T>(context.Request, body, limits.Value.MaxRequestBytes, buffers.Of(context));
    }

    /// <summary>The bytes of a body, whatever it is declared to be.</summary>
    /// <exception cref="FaultException">It is larger than MaxRequestBytes.</exception>
    /// <exception cref="BuffersFullException">There is no memory for it.</exception>
    /// <exception cref="BadHttpRequestException">It did not come in time.</exception>
    public async Task<BodyBytes> ReadBytesAsync(HttpContext context)
    {
        var limit = limits.Value.MaxRequestBytes;
        if (context.Request.ContentLength > limit)
        {
            throw TooLarge(limit, $"{context.Request.ContentLength}");
        }

        var body = new BodyBytes();
        try
        {
            await FillAsync(body, context.Request.BodyReader, limit, buffers.Of(context));
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private async Task FillAsync(BodyBytes body, PipeReader pipe, long limit, BufferedBytes held)
    {
        await using var impatience = new Timer(_ => pipe.CancelPendingRead(), null, TimeSpan.FromSeconds(connections.Value.RequestBodyTimeoutSeconds), Timeout.InfiniteTimeSpan);
        for (var isWhole = false; !isWhole;)
        {
            // Not by the token of the request: a read that it breaks off would still be under way when the connection is cleaned up.
            // A connection that ends ends the read.
            var read = await pipe.ReadAsync(CancellationToken.None);
            try
            {
                if (read.IsCanceled)
                {
                    throw new BadHttpRequestException("The body did not come in time.", StatusCodes.Status408RequestTimeout);
                }

                if (body.Length + read.Buffer.Length > limit)
                {
                    throw TooLarge(limit, "more");
                }

                // The buffer doubles.
                held.Set(2 * (body.Length + read.Buffer.Length));
                body.Add(read.Buffer);
                isWhole = read.IsCompleted;
            }
            finally
            {
                pipe.AdvanceTo(read.Buffer.End);
            }
        }
    }

    /// <summary>While a body is read into arrays both are there; afterwards no more than what was allocated for it.</summary>
    private static (T Request, AnswerForm Form) Parse<T>(HttpRequest request, BodyBytes body, long limit, BufferedBytes held)
        where T : class
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        (T, AnswerForm) parsed;
        if (IsNpz(request))
        {
            parsed = NpzRequest.Read<T>(body, limit, held.Set);
        }
        else
        {
            held.Set((3L * body.Length) + (EachNumber * (1 + body.Span.Count((byte)','))));
            parsed = RequestReader.ReadRequest<T>(body.Span, ArrayMembers.None);
        }

        held.Set(GC.GetAllocatedBytesForCurrentThread() - before);
        return parsed;
    }

    /// <summary>Whether the body is declared to be an archive of arrays.</summary>
    public static bool IsNpz(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals(AnswerMedia.Npz, StringComparison.OrdinalIgnoreCase);

    /// <summary>What to say of a body that is not declared to be what a request can be.</summary>
    public static string ExpectedType(HttpRequest request) =>
        $"Expected Content-Type: application/json (in UTF-8) or application/x-npz, got {(string.IsNullOrEmpty(request.ContentType) ? "none" : Fault.Quoted(request.ContentType))}. With curl: -H 'Content-Type: application/json'.";

    private static void CheckContentType(HttpRequest request)
    {
        var isJson = MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        if (!isJson && !IsNpz(request))
        {
            throw new BadHttpRequestException(ExpectedType(request), StatusCodes.Status415UnsupportedMediaType);
        }

        if (request.Headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity")
        {
            throw new BadHttpRequestException($"Expected a body that is not compressed, got Content-Encoding: {Fault.Shortened(encoding.ToString())}.", StatusCodes.Status415UnsupportedMediaType);
        }
    }

    /// <summary>What to say of a body that is larger than it may be.</summary>
    public static FaultException TooLarge(long limit, string got, string remedy = "Send fewer samples in one request.") =>
        new(Fault.TooLarge("", $"a body of at most {limit} bytes (limit MaxRequestBytes)", got, remedy));
}
