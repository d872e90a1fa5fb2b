using GradService.Api.Serving.Queue;
using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Separation;
using GradService.Domain.Statistics;
using GradService.Tests.Problems;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Api.Serving.Queue;

/// <summary>
/// How much is still done for who went away: counted in sweeps over the network, not in seconds. The Jacobian is large,
/// and others look at memory.
/// </summary>
[Collection(OneAtATime.Name)]
public sealed class CancelledPassesTests
{
    /// <summary>
    /// 10,000 sweeps over 10,000 samples, or 10,000 over one sample of one chain, 10,000 in chains of 4, 2,000 along as many tangents:
    /// it is never over before it is cancelled, in the first sweep of a chain.
    /// </summary>
    public static TheoryData<string, int> Requests => new() { { "Jacobian", 1 }, { "Hessian", 1 }, { "Laplacian", 1 }, { "Derivatives", 4 }, { "Jvp", 1 } };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_request_cancelled_in_the_middle_of_its_sweeps_frees_its_thread_after_one_pass_at_most(string kind, int sweepsPerChain)
    {
        await using var application = new GradApplication
        {
            Settings = [("Limits:ComputeThreads", "1"), ("Limits:MaxResultBytes", "1000000000"), ("Limits:DeadlineSeconds", "3600")],
        };
        var queue = application.Services.GetRequiredService<ComputeQueue>();
        var request = kind switch
        {
            "Jacobian" => ForumProblem.Of(BatchNormMode.Find("train")!, samples: 10_000).Ask(new Jacobian { Strategy = Strategy.RowByRow }),
            "Hessian" => Request(samples: 1, inputs: 10_000, hidden: 8, outputs: 1, new Hessian()),
            "Laplacian" => Request(samples: 1, inputs: 10_000, hidden: 8, outputs: 1, new Laplacian()),
            "Derivatives" => Request(samples: 200, inputs: 1, hidden: 64, outputs: 2_500, new Derivatives { Order = 4 }),
            _ => Request(samples: 200, inputs: 10, hidden: 1_000, outputs: 1, new Jvp { Tangent = Ones(new Shape(2_000, 200, 10)) }),
        };
        using var quote = application.Services.GetRequiredService<GradientService>().QuoteGradient(request);
        SweepCount? sweeps = null;
        var start = -1L;
        using var watched = new Quote<GradientResult>(quote.Cost, steps =>
        {
            Interlocked.Exchange(ref start, Autograd.Sweeps.Value);
            Volatile.Write(ref sweeps, Autograd.Sweeps);
            return quote.Compute(steps.Cancellation);
        });
        using var caller = new CancellationTokenSource();
        var asked = queue.RunAsync(watched, null, caller.Token);
        while (!asked.IsCompleted && !HasBegunAChain())
        {
            await Task.Yield();
        }

        await caller.CancelAsync();
        var before = sweeps!.Value;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.InRange(before - start, 5, 9_999);

        // The only thread is free, and says itself how far it went.
        using var next = new Quote<long>(new Cost(0, 0, 0), _ => Autograd.Sweeps.Value);
        Assert.InRange(await queue.RunAsync(next, null, CancellationToken.None) - before, 0, 1);

        bool HasBegunAChain()
        {
            var made = (Volatile.Read(ref sweeps)?.Value ?? 0) - Interlocked.Read(ref start);
            return Interlocked.Read(ref start) >= 0 && made >= 5 && (sweepsPerChain == 1 || made % sweepsPerChain == 1);
        }
    }

    private static GradientRequest Request(int samples, int inputs, int hidden, int outputs, Question question) => new()
    {
        Network = new NetworkSpec { InputShape = [inputs], Layers = [new Linear { OutFeatures = hidden }, new Tanh(), new Linear { OutFeatures = outputs }] },
        Inputs = new NdArray(new Shape(samples, inputs), new float[samples * inputs]),
        Gradient = question,
    };

    private static NdArray Ones(Shape shape) => new(shape, [.. Enumerable.Repeat(1f, (int)shape.Elements)]);
}
