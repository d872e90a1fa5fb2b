using GradService.Api.Admission;
using GradService.Domain;
using GradService.Domain.Differentiation;
using GradService.Domain.Differentiation.Questions;
using GradService.Domain.Native;
using GradService.Domain.Normalization;
using GradService.Tests.Problems;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Api;

/// <summary>How much is still done for who went away: counted in sweeps over the network, not in seconds. The Jacobian is large, and others look at memory.</summary>
[Collection(OneAtATime.Name)]
public sealed class CancelledPassesTests
{
    [Fact]
    public async Task A_request_cancelled_in_the_middle_of_a_Jacobian_frees_its_thread_after_one_pass_at_most()
    {
        // 10,000 sweeps over 10,000 samples: it is never over before it is cancelled.
        await using var application = new GradApplication { Settings = [("Limits:ComputeThreads", "1"), ("Limits:MaxResultBytes", "1000000000"), ("Limits:DeadlineSeconds", "3600")] };
        var queue = application.Services.GetRequiredService<ComputeQueue>();
        var request = ForumProblem.Of(BatchNormMode.Find("train")!, samples: 10_000).Ask(new Jacobian { Strategy = Strategy.RowByRow });
        using var priced = application.Services.GetRequiredService<GradientService>().PriceGradient(request);
        SweepCount? sweeps = null;
        using var watched = new Priced<GradientResult>(priced.Price, cancellation =>
        {
            Volatile.Write(ref sweeps, Autograd.Sweeps);
            return priced.Compute(cancellation);
        });
        using var caller = new CancellationTokenSource();
        var asked = queue.RunAsync(watched, null, caller.Token);
        while (!asked.IsCompleted && (Volatile.Read(ref sweeps)?.Value ?? 0) < 5)
        {
            await Task.Yield();
        }

        await caller.CancelAsync();
        var before = sweeps!.Value;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.InRange(before, 5, 9_999);

        // The only thread is free, and says itself how far it went.
        using var next = new Priced<long>(new Price(0, 0, 0), _ => Autograd.Sweeps.Value);
        Assert.InRange(await queue.RunAsync(next, null, CancellationToken.None) - before, 0, 1);
    }
}
