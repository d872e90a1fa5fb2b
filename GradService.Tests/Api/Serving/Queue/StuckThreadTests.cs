using System.Net;
using GradService.Api.Serving.Admission;
using GradService.Api.Serving.Budget;
using GradService.Api.Serving.Queue;
using GradService.Domain.Budget;
using GradService.Tests.Api.Hosting.Observability;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Api.Serving.Queue;

/// <summary>
/// Operations that do not look at the token, as one call into libtorch does not: callers are answered at the deadline, others go on, and
/// a supervisor sees it. They wait for a signal, so nothing here depends on speed.
/// </summary>
public sealed class StuckThreadTests
{
    private static readonly string Good = GoodRequests.Gradient().ToJsonString();

    [Fact]
    public async Task The_caller_has_an_answer_at_the_deadline_though_the_thread_does_not_come_back_and_what_it_takes_stays_taken()
    {
        using var deaf = new Deaf();
        await using var application = deaf.Application("20", ("Limits:DeadlineSeconds", "0.2"), ("Limits:ComputeThreads", "2"));
        using var measured = new Measured(application);
        using var client = application.CreateClient();
        var answer = await ProblemAnswer.OfAsync(await client.GetAsync(Deaf.Path));
        Assert.Equal(503, answer.Status);
        Assert.StartsWith("No answer was ready within 0.2 seconds (limit DeadlineSeconds)", answer.Detail, StringComparison.Ordinal);

        var buffers = application.Services.GetRequiredService<BufferBudget>();
        await UntilAsync(() => Task.FromResult(buffers.Held == Deaf.ResultBytes));
        Assert.Equal(Deaf.NativeBytes, measured.Now("gradservice.native.reserved"));
        Assert.False(deaf.IsDisposedOf);

        deaf.Return();
        await UntilAsync(() => Task.FromResult(buffers.Held == 0 && deaf.IsDisposedOf));
        Assert.Equal(0, measured.Now("gradservice.native.reserved"));
    }

    [Fact]
    public async Task A_stuck_thread_is_replaced_counted_and_makes_the_service_not_ready_until_it_comes_back()
    {
        using var deaf = new Deaf();
        await using var application = deaf.Application("0.1", ("Limits:DeadlineSeconds", "30"), ("Limits:ComputeThreads", "1"));
        using var measured = new Measured(application);
        using var client = application.CreateClient();
        using (var request = new HttpRequestMessage(HttpMethod.Get, Deaf.Path) { Headers = { { RequestTimeout.Header, "0.2" } } })
        {
            Assert.Equal(503, (int)(await client.SendAsync(request)).StatusCode);
        }

        await UntilAsync(async () => (await client.GetAsync("/health/ready")).StatusCode == HttpStatusCode.ServiceUnavailable);
        var ready = await ProblemAnswer.OfAsync(await client.GetAsync("/health/ready"));
        Assert.Equal("1 of 1 compute threads has not come back from an operation that was told to stop more than 0.1 seconds ago (limit StuckSeconds). "
            + "If that does not end, restart the service.", ready.Detail);
        Assert.Equal(200, (int)(await client.GetAsync("/health/live")).StatusCode);
        Assert.Equal(1, measured.Now("gradservice.threads.stuck"));
        Assert.Equal(1, measured.Now("gradservice.threads.replaced"));

        // The only thread there was is still away.
        Assert.Equal(200, (int)(await application.PostAsync("/v1/gradients", Good)).Status);

        deaf.Return();
        await UntilAsync(async () => (await client.GetAsync("/health/ready")).StatusCode == HttpStatusCode.OK);
        Assert.Equal(0, measured.Now("gradservice.threads.stuck"));
        Assert.Equal(200, (int)(await application.PostAsync("/v1/gradients", Good)).Status);
    }

    [Fact]
    public async Task As_many_threads_are_replaced_as_compute_and_the_next_when_one_has_come_back()
    {
        using var first = new Deaf();
        using var second = new Deaf();
        await using var application = first.Application("0.05", ("Limits:ComputeThreads", "1"));
        var queue = application.Services.GetRequiredService<ComputeQueue>();
        await first.RunAsync(queue);
        await UntilAsync(() => Task.FromResult(queue.Stuck == 1));
        await second.RunAsync(queue);
        var waiting = application.PostAsync("/v1/gradients", Good);
        Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(300)));
        Assert.Equal(1, queue.Stuck);

        first.Return();
        Assert.Equal(200, (int)(await waiting).Status);
        second.Return();
        await UntilAsync(() => Task.FromResult(queue.Stuck == 0));
    }

    [Fact]
    public async Task A_stuck_thread_does_not_hold_up_the_end_of_the_service()
    {
        using var deaf = new Deaf();
        var application = deaf.Application("0.05", ("Limits:ComputeThreads", "1"));
        var queue = application.Services.GetRequiredService<ComputeQueue>();
        await deaf.RunAsync(queue);

        // Had the thread to come back, this would never end.
        await application.DisposeAsync();
        Assert.False(deaf.IsDisposedOf);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await condition())
        {
            await Task.Delay(1, patience.Token);
        }
    }

    /// <summary>An endpoint whose computation does not stop when it is told to.</summary>
    private sealed class Deaf : IStartupFilter, IDisposable
    {
        public const string Path = "/deaf";
        public const long NativeBytes = 12_345;
        public const long ResultBytes = 678;

        private readonly ManualResetEventSlim _return = new();
        private readonly Lease _lease = new();

        public bool IsDisposedOf => _lease.IsDisposedOf;

        public GradApplication Application(string stuckSeconds, params (string, string)[] settings) =>
            new() { Settings = [("Limits:StuckSeconds", stuckSeconds), .. settings], Additions = services => services.AddSingleton<IStartupFilter>(this) };

        /// <summary>Has it computed, and gives up waiting as soon as a thread is at it.</summary>
        public async Task RunAsync(ComputeQueue queue)
        {
            using var caller = new CancellationTokenSource();
            var began = new TaskCompletionSource();
            var asked = queue.RunAsync(Priced(began), null, caller.Token);
            await began.Task;
            await caller.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        }

        public void Return() => _return.Set();

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => pipeline =>
        {
            next(pipeline);
            pipeline.Map(Path, deaf => deaf.Run(AnswerAsync));
        };

        private async Task AnswerAsync(HttpContext context) =>
            await context.RequestServices.GetRequiredService<RequestAdmission>()
                .ComputeAsync(context, () => Task.FromResult(Priced(new TaskCompletionSource())));

        public void Dispose() => Return();

        private Quote<int> Priced(TaskCompletionSource began) => new(new Cost(NativeBytes, ResultBytes, 1), _ =>
        {
            began.SetResult();
            _return.Wait(CancellationToken.None);
            return 0;
        }, _lease);

        private sealed class Lease : IDisposable
        {
            private volatile bool _isDisposedOf;

            public bool IsDisposedOf => _isDisposedOf;

            public void Dispose() => _isDisposedOf = true;
        }
    }
}
