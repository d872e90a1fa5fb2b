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
internal sealed class RequestAdmission(RequestBody body, ComputeQueue queue, IOptions<ComputeOptions> options)
{
    private readonly TimeSpan _longest = TimeSpan.FromSeconds(options.Value.DeadlineSeconds);

    /// <returns>The result, and how it is to be written.</returns>
    /// <exception cref="FaultException">The request is wrong, too large, or has no answer.</exception>
    /// <exception cref="RefusedForNowException">There is no room, or it took too long.</exception>
    public async Task<(TResult Result, AnswerForm Form)> ComputeAsync<TRequest, TResult>(HttpContext context, Func<TRequest, Quote<TResult>> price)
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
            () => waited);
        return (result, form!);
    }

    /// <summary>For a request that is read by rules of its own.</summary>
    /// <inheritdoc cref="ComputeAsync{TRequest, TResult}"/>
    public Task<T> ComputeAsync<T>(HttpContext context, Func<Task<Quote<T>>> readAndPrice) => ComputeAsync(context, readAndPrice, () => TimeSpan.Zero);

    private async Task<T> ComputeAsync<T>(HttpContext context, Func<Task<Quote<T>>> readAndPrice, Func<TimeSpan> waited)
    {
        var deadline = RequestTimeout.DeadlineOf(context.Request, _longest);
        queue.RefuseIfFull();
        var quote = await readAndPrice();
        return await queue.RunAsync(quote, deadline with { Waited = waited() }, context.RequestAborted, context.HeldBytes());
    }
}
