using GradService.Api.Serving.Admission;
using GradService.Api.Serving.Budget;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Api.Serving.Budget;

public sealed class BufferBudgetTests : IDisposable
{
    private readonly ServiceProvider _services;
    private int _collections;

    public BufferBudgetTests() => _services = new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()).AddLogging().AddMetrics().AddAdmission()
        .AddSingleton(new HeapRelease(() => Interlocked.Increment(ref _collections), TimeSpan.Zero, TimeSpan.Zero))
        .BuildServiceProvider();

    private BufferBudget Budget => _services.GetRequiredService<BufferBudget>();

    [Fact]
    public void The_heap_is_given_back_when_nobody_holds_anything_any_more()
    {
        using (var other = new BufferedBytes(Budget))
        {
            other.Set(1);
            using (var large = new BufferedBytes(Budget))
            {
                large.Set(HeapRelease.LargeBytes);
            }

            Assert.Equal((1, 0), (Budget.Held, _collections));
        }

        Assert.Equal((0, 1), (Budget.Held, _collections));
    }

    [Fact]
    public void Many_small_ones_are_not_worth_it()
    {
        for (var request = 0; request < 10; request++)
        {
            using var small = new BufferedBytes(Budget);
            small.Set(HeapRelease.LargeBytes - 1);
        }

        Assert.Equal((0, 0), (Budget.Held, _collections));
    }

    public void Dispose() => _services.Dispose();
}
