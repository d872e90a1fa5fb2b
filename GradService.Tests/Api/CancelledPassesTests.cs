using GradService.Api.Admission;
using GradService.Domain;
using GradService.Domain.Differentiation;
using GradService.Domain.Differentiation.Questions;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Normalization;
using GradService.Tests.Problems;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Api;

/// <summary>How much is still done for who went away: counted in sweeps over the network, not in seconds. The Jacobian is large, and others look at memory.</summary>
[Collection(OneAtATime.Name)]
public sealed class CancelledPassesTests
{
    /// <summary>10,000 sweeps over 10,000 samples, or 10,000 over one sample of one chain: it is never over before it is cancelled.</summary>
    public static TheoryData<string> Requests => new("Jacobian", "Hessian", "Laplacian");

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_request_cancelled_in_the_middle_of_its_sweeps_frees_its_thread_after_one_pass_at_most(string kind)
    {
        await using var application = new GradApplication
        {
            Settings = [("Limits:ComputeThreads", "1"), ("Limits:MaxResultBytes", "1000000000"), ("Limits:DeadlineSeconds", "3600")],
        };
        var queue = application.Services.GetRequiredService<ComputeQueue>();
        var request = kind == "Jacobian"
            ? ForumProblem.Of(BatchNormMode.Find("train")!, samples: 10_000).Ask(new Jacobian { Strategy = Strategy.RowByRow })
            : new GradientRequest
            {
                Network = new NetworkSpec { InputShape = [10_000], Layers = [new Linear { OutFeatures = 8 }, new Tanh(), new Linear { OutFeatures = 1 }] },
                Inputs = new NdArray(new Shape(1, 10_000), new float[10_000]),
                Gradient = kind == "Hessian" ? new Hessian() : new Laplacian(),
            };
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
