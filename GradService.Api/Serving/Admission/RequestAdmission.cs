using System.Diagnostics;
using GradService.Api.Serving.Bodies;
using GradService.Api.Serving.Queue;
using GradService.Api.Serving.Refusals;
using GradService.Api.Wire.Writing;
using GradService.Domain.Budget;
using GradService.Domain.Faults;
using Microsoft.Extensions.Options;

namespace GradService.Api.Serving.Admission;

/// <summary>
/// The way of every request that computes: read, checked and priced on the thread that it came on, then computed when it is its turn. It tells
/// the queue, which knows no requests, what one holds, how long its caller waits, and when the caller has gone away.
/// </summary>
internal sealed class RequestAdmission(RequestBody body, ComputeQueue queue, WrittenNumbers written, IOptions<ComputeOptions> options)
{
    private static readonly NumbersForm InLists = NumbersForm.Text("encoding",
        "Ask for \"encoding\": \"base64\" or send Accept: application/x-npz, which write the numbers' bytes, or send fewer samples.");

    private readonly TimeSpan _longest = TimeSpan.FromSeconds(options.Value.DeadlineSeconds);

    /// <param name="context">The request.</param>
    /// <param name="price">Checks and prices it.</param>
    /// <param name="writesNumbers">Whether the answer has the numbers of the result, as text unless the caller wants another form.</param>
    /// <returns>The result, and how it is to be written.</returns>
    /// <exception cref="FaultException">The request is wrong, too large, or has no answer.</exception>
    /// <exception cref="RefusedForNowException">There is no room, or it took too long.</exception>
    public async Task<(TResult Result, AnswerForm Form)> ComputeAsync<TRequest, TResult>(HttpContext context, Func<TRequest, Quote<TResult>> price,
        bool writesNumbers = true)
        where TRequest : class
    {
        AnswerForm? form = null;
        var waited = TimeSpan.Zero;
        var result = await ComputeAsync(
            context,
            async () =>
            {
                (var request, form) = await body.ReadAsync<TRequest>(context);
                try
                {
                    return price(request);
                }
                catch (RefusedForNowException refusal) when (refusal.Over is not null)
                {
                    // What it needs is being made ready, as the store of networks is at the start; until then no thread waits.
                    var began = Stopwatch.GetTimestamp();
                    await refusal.Over(RequestTimeout.Of(context.Request), context.RequestAborted);
                    waited = Stopwatch.GetElapsedTime(began);
                    return price(request);
                }
            },
            () => waited,
            () => !writesNumbers ? NumbersForm.None
                : form!.Encoding == ArrayEncoding.Json && AnswerMedia.For(context.Request) == AnswerMedia.Json ? InLists : NumbersForm.Bytes);
        return (result, form!);
    }

    /// <summary>For a request that is read by rules of its own.</summary>
    /// <param name="context">The request.</param>
    /// <param name="readAndPrice">Reads it.</param>
    /// <param name="numbers">How the answer writes its numbers; null where it has none.</param>
    /// <inheritdoc cref="ComputeAsync{TRequest, TResult}"/>
    public Task<T> ComputeAsync<T>(HttpContext context, Func<Task<Quote<T>>> readAndPrice, NumbersForm? numbers = null) =>
        ComputeAsync(context, readAndPrice, () => TimeSpan.Zero, () => numbers ?? NumbersForm.None);

    private async Task<T> ComputeAsync<T>(HttpContext context, Func<Task<Quote<T>>> readAndPrice, Func<TimeSpan> waited, Func<NumbersForm> numbers)
    {
        var deadline = RequestTimeout.DeadlineOf(context.Request, _longest);
        queue.RefuseIfFull();
        var quote = Written(await readAndPrice(), numbers());
        return await queue.RunAsync(quote, deadline with { Waited = waited() }, context.RequestAborted, context.HeldBytes());
    }

    private Quote<T> Written<T>(Quote<T> quote, NumbersForm numbers)
    {
        try
        {
            return quote.Written(written.Price(quote.Cost.Numbers, numbers));
        }
        catch
        {
            quote.Dispose();
            throw;
        }
    }
}
