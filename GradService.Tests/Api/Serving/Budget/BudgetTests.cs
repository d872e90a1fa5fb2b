using GradService.Api.Serving.Budget;
using GradService.Api.Serving.Queue;
using GradService.Domain.Budget;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace GradService.Tests.Api.Serving.Budget;

/// <summary>Memory that all requests share, and what they are told where there is none.</summary>
public sealed class BudgetTests
{
    private static readonly string Good = GoodRequests.Gradient().ToJsonString();

    [Fact]
    public async Task While_others_have_the_tensors_bytes_a_request_waits_though_a_thread_is_free()
    {
        await using var application = new GradApplication { Settings = [("Limits:ComputeThreads", "2"), ("Limits:MaxTotalNativeBytes", "1000000")] };
        using var thread = new HeldThread(application, nativeBytes: 1_000_000);
        var waiting = application.PostAsync("/v1/gradients", Good);
        while (thread.Waiting == 0)
        {
            await Task.Yield();
        }

        Assert.False(waiting.IsCompleted);
        thread.Release();
        Assert.Equal(200, (int)(await waiting).Status);
    }

    [Fact]
    public async Task What_alone_needs_more_tensors_than_all_may_have_is_413()
    {
        await using var application = new GradApplication { Settings = [("Limits:MaxTotalNativeBytes", "1024")] };
        var request = GoodRequests.Gradient().With("inputs", $"[{string.Join(", ", Enumerable.Range(0, 200).Select(sample => $"[{sample}]"))}]");
        (await ProblemAnswer.PostAsync(application, "/v1/gradients", request.ToJsonString()))
            .AssertSays(413, "$", "Expected at most 1024 bytes of tensors at once, as estimated, for all requests together (limit MaxTotalNativeBytes), got…");
    }

    [Fact]
    public async Task What_alone_holds_more_than_all_may_is_413_before_it_is_read()
    {
        await using var application = new GradApplication { Settings = [("Limits:MaxBufferedBytes", "65536")] };
        var answer = await ProblemAnswer.PostAsync(application, "/v1/gradients", new string(' ', 100_000) + Good);
        answer.AssertSays(413, "$",
            "Expected at most 65536 bytes of bodies, arrays and answers at once, for all requests together (limit MaxBufferedBytes), got…");
        await UntilNothingIsHeldAsync(application);
    }

    [Fact]
    public async Task Answers_count_before_they_are_computed()
    {
        await using var application = new GradApplication { Settings = [("Limits:MaxBufferedBytes", "1000000")] };
        var wide = GoodRequests.Gradient().With("batchNorm.mode", "\"eval\"").With("gradient", """{ "kind": "jacobian" }""")
            .With("inputs", $"[{string.Join(", ", Enumerable.Range(0, 500).Select(sample => $"[{sample}]"))}]");
        (await ProblemAnswer.PostAsync(application, "/v1/gradients", wide.ToJsonString()))
            .AssertSays(413, "$",
                "Expected at most 1000000 bytes of bodies, arrays and answers at once, for all requests together (limit MaxBufferedBytes), got…");
        await application.SucceedAsync("/v1/gradients", wide.With("gradient.form", "\"factored\""));
        await UntilNothingIsHeldAsync(application);
    }

    [Fact]
    public async Task While_others_hold_all_bytes_the_next_is_503_and_told_when_to_come_again()
    {
        await using var application = new GradApplication { Settings = [("Limits:MaxBufferedBytes", "1000000")] };
        using var client = application.CreateClient();
        using (var others = new BufferedBytes(application.Services.GetRequiredService<BufferBudget>()))
        {
            others.Set(1_000_000);
            var answer = await ProblemAnswer.PostAsync(application, "/v1/gradients", Good);
            Assert.Equal(503, answer.Status);
            Assert.Equal("The requests that are being read, wait or are being answered hold 1000000 of 1000000 bytes (limit "
                + "MaxBufferedBytes). Try again in a moment.", answer.Detail);
            Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter!.Delta);
        }

        Assert.Equal(200, (int)(await application.PostAsync("/v1/gradients", Good)).Status);
        await UntilNothingIsHeldAsync(application);
    }

    [Fact]
    public async Task What_libtorch_cannot_allocate_is_503_and_the_thread_goes_on() =>
        await AssertOutOfMemoryAsync(() => torch.empty(1L << 50).Dispose());

    [Fact]
    public async Task What_dotnet_cannot_allocate_is_503_and_the_thread_goes_on() =>
        await AssertOutOfMemoryAsync(() => GC.KeepAlive(new double[int.MaxValue]));

    private static async Task AssertOutOfMemoryAsync(Action allocate)
    {
        await using var application = new GradApplication
        {
            Settings = [("Limits:ComputeThreads", "1")],
            Additions = services => services.AddSingleton<IStartupFilter>(new Greedy(allocate)),
        };
        using var client = application.CreateClient();
        for (var time = 0; time < 3; time++)
        {
            var answer = await ProblemAnswer.OfAsync(await client.GetAsync(Greedy.Path));
            Assert.Equal((503, "There is not enough memory."), (answer.Status, answer.Body["title"]!.GetValue<string>()));
            Assert.Equal("The computation needs more memory than there is right now. Send fewer samples, or try again later.", answer.Detail);
            Assert.NotNull(answer.Headers.RetryAfter);
        }

        Assert.Equal(200, (int)(await application.PostAsync("/v1/gradients", Good)).Status);
    }

    private static async Task UntilNothingIsHeldAsync(GradApplication application)
    {
        // The caller may have the answer before the request has ended.
        while (application.Services.GetRequiredService<BufferBudget>().Held != 0)
        {
            await Task.Yield();
        }
    }

    /// <summary>An endpoint whose computation wants more memory than there is.</summary>
    private sealed class Greedy(Action allocate) : IStartupFilter
    {
        public const string Path = "/greedy";

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => pipeline =>
        {
            next(pipeline);
            pipeline.Map(Path, greedy => greedy.Run(async context =>
            {
                using var quote = new Quote<int>(new Cost(0, 0, 0), _ =>
                {
                    allocate();
                    return 0;
                });
                await context.RequestServices.GetRequiredService<ComputeQueue>().RunAsync(quote, null, context.RequestAborted);
            }));
        };
    }
}
