using GradService.Api.Serving.Budget;
using GradService.Api.Serving.Measurement;
using GradService.Api.Serving.Refusals;
using GradService.Api.Wire.Reading;
using GradService.Api.Wire.Writing;
using GradService.Domain.Budget;
using GradService.Domain.Faults;
using Microsoft.Extensions.Options;

namespace GradService.Api.Serving.Bodies;

/// <summary>
/// The one way in for the bodies of requests, whatever their form: bounded, timed, and counted while they are read and
/// for what is made of them.
/// </summary>
internal sealed class RequestBody(IOptions<Limits> limits, IOptions<BodyOptions> bodies, LongReads longReads)
{
    /// <summary>What a number of a text takes at most while it is read: in a buffer that doubles, in the one before, and in its array.</summary>
    private const long EachNumber = 3 * sizeof(double);

    private const string FewerSamples = "Send fewer samples in one request.";

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
        return RequestMedia.IsNpz(context.Request)
            ? await longReads.ReadAsync(body.Length, () => ReadNpz<T>(body, context.HeldBytes()), context.RequestAborted)
            : await ReadTextAsync(context, body, 0, static text => RequestReader.ReadRequest<T>(text.Span, ArrayMembers.None));
    }

    /// <summary>A body of JSON that is read by rules of its own, whatever it is declared to be.</summary>
    /// <param name="context">The request.</param>
    /// <param name="read">Reads its text, which is there during the call only; what it makes beyond an array of the text's numbers it counts first.</param>
    /// <exception cref="FaultException">It is larger than MaxRequestBytes, or wrong.</exception>
    /// <exception cref="BuffersFullException">There is no memory for it.</exception>
    /// <exception cref="BadHttpRequestException">It did not come in time.</exception>
    public async Task<T> ReadAsync<T>(HttpContext context, Func<ReadOnlyMemory<byte>, BufferedBytes, T> read)
    {
        using var stage = Stages.Start("read");
        using var body = await ReadBytesAsync(context);
        var held = context.HeldBytes();
        return await ReadTextAsync(context, body, 0, text => read(text, held));
    }

    /// <summary>A form with a file, to be read piece by piece by whoever bounds its parts: the file by MaxUploadBytes, all else by MaxRequestBytes.</summary>
    /// <param name="context">The request.</param>
    /// <param name="tooLarge">What to say of a form that has more bytes than both together, by how many there are.</param>
    /// <exception cref="FaultException">It says that it has.</exception>
    public IncomingBody OpenForm(HttpContext context, Func<string, Fault> tooLarge) =>
        Open(context, limits.Value.MaxUploadBytes + limits.Value.MaxRequestBytes, tooLarge);

    private IncomingBody Open(HttpContext context, long limit, Func<string, Fault> tooLarge) => context.Request.ContentLength > limit
        ? throw new FaultException(tooLarge($"{context.Request.ContentLength}"))
        : new IncomingBody(context.Request.BodyReader, limit, tooLarge("more"), TimeSpan.FromSeconds(bodies.Value.RequestBodyTimeoutSeconds),
            limits.Value.MaxRequestBytes + 1);

    /// <summary>While a text is read into arrays both are there; afterwards no more than what was allocated for it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="text">The text.</param>
    /// <param name="others">What it holds beside the text.</param>
    /// <param name="read">Reads it, whatever the thread.</param>
    /// <exception cref="BuffersFullException">There is no memory for it.</exception>
    public Task<T> ReadTextAsync<T>(HttpContext context, BodyBytes text, long others, Func<ReadOnlyMemory<byte>, T> read)
    {
        var held = context.HeldBytes();
        return longReads.ReadAsync(text.Length, () => ReadText(text, held, others, read), context.RequestAborted);
    }

    private static T ReadText<T>(BodyBytes text, BufferedBytes held, long others, Func<ReadOnlyMemory<byte>, T> read)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        held.Set(others + (3L * text.Length) + (EachNumber * (1 + text.Span.Count((byte)','))));
        var made = read(text.Memory);
        held.Set(others + GC.GetAllocatedBytesForCurrentThread() - before);
        return made;
    }

    private (T Request, AnswerForm Form) ReadNpz<T>(BodyBytes archive, BufferedBytes held)
        where T : class
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var made = NpzRequest.Read<T>(archive, limits.Value.MaxRequestBytes, held.Set);
        held.Set(GC.GetAllocatedBytesForCurrentThread() - before);
        return made;
    }

    private async Task<BodyBytes> ReadBytesAsync(HttpContext context)
    {
        await using var incoming = Open(context, limits.Value.MaxRequestBytes, got => TooLarge(limits.Value.MaxRequestBytes, got, FewerSamples));
        var (body, held) = (new BodyBytes(), context.HeldBytes());
        try
        {
            for (var isWhole = false; !isWhole;)
            {
                var read = await incoming.ReadAsync();
                var taken = 0L;
                try
                {
                    // The buffer doubles.
                    held.Set(2 * (body.Length + read.Buffer.Length));
                    body.Add(read.Buffer);
                    taken = read.Buffer.Length;
                    isWhole = read.IsCompleted;
                }
                finally
                {
                    incoming.Take(read, taken);
                }
            }

            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private static void CheckContentType(HttpRequest request)
    {
        if (!RequestMedia.IsJson(request) && !RequestMedia.IsNpz(request))
        {
            throw new BadHttpRequestException(RequestMedia.Expected(request), StatusCodes.Status415UnsupportedMediaType);
        }

        if (request.Headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity")
        {
            throw new BadHttpRequestException($"Expected a body that is not compressed, got Content-Encoding: {Fault.Shortened(encoding.ToString())}.",
                StatusCodes.Status415UnsupportedMediaType);
        }
    }

    /// <summary>What to say of a body that is larger than it may be.</summary>
    private static Fault TooLarge(long limit, string got, string remedy) =>
        Fault.TooLarge("", $"a body of at most {limit} bytes (limit MaxRequestBytes)", got, remedy);
}
