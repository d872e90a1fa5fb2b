using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace GradService.Tests.Api.Serving.Admission;

/// <summary>
/// More requests than threads, and requests that take too long. Compute threads are held by work that waits for a signal, so
/// nothing here depends on speed.
/// </summary>
[Trait("Lane", "Slow")]
public sealed class AdmissionTests
{
    private static readonly string Good = GoodRequests.Gradient().ToJsonString();

    /// <summary>80,000 sweeps and more: far more than any deadline here allows.</summary>
    private static readonly Dictionary<string, string> Endless = new()
    {
        ["/v1/gradients"] = GoodRequests.Gradient().With("gradient.strategy", "\"rowByRow\"").With("inputs", Column(50_000)).ToJsonString(),
        ["/v1/objectives"] = EndlessObjective().ToJsonString(),
        ["/v1/objectives/compare"] = EndlessObjective().With("compare", """[{ "mode": "train" }, { "mode": "eval" }]""").ToJsonString(),
    };

    /// <summary>Beyond the default of MaxRowByRowWork, so that an answer does take long.</summary>
    private static readonly (string, string) LongRows = ("Limits:MaxRowByRowWork", "1099511627776");

    [Fact]
    public async Task When_as_many_wait_as_may_the_next_is_429_and_told_when_to_come_again()
    {
        await using var application = new GradApplication { Settings = [("Limits:ComputeThreads", "1"), ("Limits:QueueLength", "1")] };
        using var thread = new HeldThread(application);
        var waiting = application.PostAsync("/v1/gradients", Good);
        await UntilAsync(() => thread.Waiting == 1);

        var answer = await ProblemAnswer.PostAsync(application, "/v1/gradients", Good);
        Assert.Equal(429, answer.Status);
        Assert.Equal("1 requests are waiting for a thread (limit QueueLength). Try again in a moment.", answer.Detail);
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter!.Delta);

        thread.Release();
        Assert.Equal(200, (int)(await waiting).Status);
        Assert.Equal(200, (int)(await application.PostAsync("/v1/gradients", Good)).Status);
    }

    [Fact]
    public async Task Who_waits_for_a_thread_beyond_the_deadline_is_503_though_the_thread_is_still_held()
    {
        await using var application = new GradApplication { Settings = [("Limits:ComputeThreads", "1"), ("Limits:DeadlineSeconds", "0.2")] };
        using var thread = new HeldThread(application);
        AssertLate(await ProblemAnswer.PostAsync(application, "/v1/gradients", Good), "0.2");
    }

    [Theory]
    [InlineData("/v1/gradients")]
    [InlineData("/v1/objectives")]
    [InlineData("/v1/objectives/compare")]
    public async Task A_computation_beyond_the_deadline_is_stopped_and_503(string path)
    {
        await using var application = new GradApplication { Settings = [("Limits:ComputeThreads", "1"), ("Limits:DeadlineSeconds", "1.5"), LongRows] };
        AssertLate(await ProblemAnswer.PostAsync(application, path, Endless[path]), "1.5");

        // The only thread is free again: had the computation gone on, this would be late for ever, not only on a busy machine.
        await UntilAsync(async () => (int)(await application.PostAsync("/v1/gradients", Good)).Status == 200);
    }

    [Theory]
    [InlineData("/v1/gradients")]
    [InlineData("/v1/objectives")]
    [InlineData("/v1/objectives/compare")]
    public async Task A_caller_who_goes_away_ends_the_computation_and_is_no_error_in_the_log(string path)
    {
        var log = new ErrorLog();
        await using var plain = new GradApplication { Settings = [("Limits:ComputeThreads", "1"), ("Limits:DeadlineSeconds", "60"), LongRows] };
        await using var application = plain.WithWebHostBuilder(builder => builder.ConfigureServices(services => services.AddSingleton<ILoggerProvider>(log)));
        using var client = application.CreateClient();
        using var impatience = new CancellationTokenSource(TimeSpan.FromSeconds(0.3));
        using var content = new StringContent(Endless[path], System.Text.Encoding.UTF8, "application/json");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.PostAsync(path, content, impatience.Token));

        using var another = new StringContent(Good, System.Text.Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync("/v1/gradients", another);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("", string.Join("; ", log.Errors));
    }

    [Fact]
    public async Task Who_gives_up_waiting_leaves_the_place_to_others()
    {
        await using var application = new GradApplication { Settings = [("Limits:ComputeThreads", "1"), ("Limits:QueueLength", "1")] };
        using var thread = new HeldThread(application);
        using var client = application.CreateClient();
        using var patience = new CancellationTokenSource();
        using var content = new StringContent(Good, System.Text.Encoding.UTF8, "application/json");
        var abandoned = client.PostAsync("/v1/gradients", content, patience.Token);
        await UntilAsync(() => thread.Waiting == 1);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned);
        await UntilAsync(() => thread.Waiting == 0);

        var waiting = application.PostAsync("/v1/gradients", Good);
        await UntilAsync(() => thread.Waiting == 1);
        thread.Release();
        Assert.Equal(200, (int)(await waiting).Status);
    }

    /// <summary>Over a real socket: the in-memory server has no connection to reset.</summary>
    [Fact]
    public async Task A_connection_reset_in_the_middle_of_a_body_is_no_error_in_the_log()
    {
        var log = new ErrorLog();
        var requests = new RequestCount();
        await using var application = new GradApplication
        {
            Additions = services => services.AddSingleton<ILoggerProvider>(log).AddSingleton<IStartupFilter>(requests),
        };
        application.Listen();
        using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync(IPAddress.Loopback, application.ClientOptions.BaseAddress.Port);
            socket.LingerState = new LingerOption(true, 0);
            await socket.SendAsync(
                "POST /v1/gradients HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"network"u8.ToArray());
            await UntilAsync(() => requests.Started == 1);
        }

        await UntilAsync(() => requests.Finished == 1);
        Assert.Equal(200, (int)(await application.PostAsync("/v1/gradients", Good)).Status);
        Assert.Equal("", string.Join("; ", log.Errors));
    }

    /// <summary>Own derivatives through two coupled layers, sample by sample.</summary>
    private static System.Text.Json.Nodes.JsonNode EndlessObjective() => GoodRequests.Objective()
        .With("network.layers",
            """[{ "type": "batchNorm" }, { "type": "linear", "outFeatures": 3 }, { "type": "tanh" }, { "type": "batchNorm" }, """
                + """{ "type": "linear", "outFeatures": 2 }]""")
        .With("batchNorm.mode", "\"train\"").With("points[0].inputs", Column(5_000)).With("terms[0].residual", "\"u_xxx + v\"");

    private static string Column(int samples) => $"[{string.Join(", ", Enumerable.Range(0, samples).Select(sample => $"[{sample}]"))}]";

    private static void AssertLate(ProblemAnswer answer, string seconds)
    {
        Assert.Equal(503, answer.Status);
        Assert.Equal($"No answer was ready within {seconds} seconds (limit DeadlineSeconds), and the computation was stopped. "
            + "Send fewer samples, select fewer outputs, or ask for a kind that takes fewer passes.", answer.Detail);
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter!.Delta);
    }

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (!await condition())
        {
            await Task.Delay(1, patience.Token);
        }
    }

    /// <summary>Sees requests before all else in the pipeline.</summary>
    private sealed class RequestCount : IStartupFilter
    {
        private int _started;
        private int _finished;

        public int Started => Volatile.Read(ref _started);

        public int Finished => Volatile.Read(ref _finished);

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => pipeline =>
        {
            pipeline.Use(async (context, following) =>
            {
                Interlocked.Increment(ref _started);
                try
                {
                    await following(context);
                }
                finally
                {
                    Interlocked.Increment(ref _finished);
                }
            });
            next(pipeline);
        };
    }

    /// <summary>Errors in the log.</summary>
    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Errors { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel >= LogLevel.Error)
            {
                Errors.Enqueue($"{formatter(state, exception)} {exception?.GetType().Name}");
            }
        }

        public void Dispose()
        {
        }
    }
}
