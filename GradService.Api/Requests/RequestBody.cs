using System.Buffers;
using GradService.Domain;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace GradService.Api.Requests;

/// <summary>The body of a request, bounded, as a domain record.</summary>
internal sealed class RequestBody(IOptions<Limits> limits)
{
    /// <exception cref="FaultException">The body is larger than MaxRequestBytes, or wrong.</exception>
    /// <exception cref="BadHttpRequestException">The body is not declared to be JSON in UTF-8.</exception>
    public async Task<T> ReadAsync<T>(HttpContext context)
        where T : class
    {
        CheckContentType(context.Request);
        var limit = limits.Value.MaxRequestBytes;
        if (context.Request.ContentLength > limit)
        {
            throw TooLarge(limit, $"{context.Request.ContentLength}");
        }

        var pipe = context.Request.BodyReader;
        while (true)
        {
            // Not by the token of the request: a read that it breaks off would still be under way when the connection is cleaned up.
            // A connection that ends ends the read.
            var read = await pipe.ReadAsync(CancellationToken.None);
            var taken = read.Buffer.End;
            try
            {
                if (read.Buffer.Length > limit)
                {
                    throw TooLarge(limit, "more");
                }

                if (read.IsCompleted)
                {
                    return Parse<T>(read.Buffer);
                }

                taken = read.Buffer.Start;
            }
            finally
            {
                pipe.AdvanceTo(taken, read.Buffer.End);
            }
        }
    }

    private static T Parse<T>(ReadOnlySequence<byte> body)
        where T : class
    {
        if (body.IsSingleSegment)
        {
            return RequestReader.Read<T>(body.FirstSpan);
        }

        var length = (int)body.Length;
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            body.CopyTo(rented);
            return RequestReader.Read<T>(rented.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>What to say of a body that is not declared to be JSON in UTF-8.</summary>
    public static string ExpectedJson(HttpRequest request) =>
        $"Expected Content-Type: application/json (in UTF-8), got {(string.IsNullOrEmpty(request.ContentType) ? "none" : Fault.Quoted(request.ContentType))}. With curl: -H 'Content-Type: application/json'.";

    private static void CheckContentType(HttpRequest request)
    {
        var isJson = MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
        if (!isJson)
        {
            throw new BadHttpRequestException(ExpectedJson(request), StatusCodes.Status415UnsupportedMediaType);
        }

        if (request.Headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity")
        {
            throw new BadHttpRequestException($"Expected a body that is not compressed, got Content-Encoding: {Fault.Shortened(encoding.ToString())}.", StatusCodes.Status415UnsupportedMediaType);
        }
    }

    private static FaultException TooLarge(long limit, string got) =>
        new(Fault.TooLarge("", $"a body of at most {limit} bytes (limit MaxRequestBytes)", got, "Send fewer samples in one request."));
}
