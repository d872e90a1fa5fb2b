using System.Reflection;
using GradService.Api.Serving.Budget;

namespace GradService.Tests.House;

/// <summary>An endpoint binds, asks a service and answers. What takes time or memory is for others to manage.</summary>
public sealed class EndpointTests
{
    private static readonly Type[] Managed = [typeof(GC), typeof(Thread), typeof(HeapRelease), typeof(PeriodicTimer), typeof(Timer), typeof(SemaphoreSlim)];

    private static readonly string[] Waits = [nameof(Task.Delay), nameof(Task.Wait), nameof(Task.WaitAll), nameof(Task.WaitAny)];

    private static IReadOnlyList<Type> Endpoints { get; } =
        [.. typeof(Program).Assembly.GetTypes().Where(type => CompiledMethod.Outermost(type).Name.EndsWith("Endpoints", StringComparison.Ordinal))];

    [Fact]
    public void An_endpoint_neither_sleeps_nor_collects()
    {
        Assert.NotEmpty(Endpoints);
        Assert.DoesNotContain(Endpoints.SelectMany(CompiledMethod.Of).SelectMany(CompiledMethod.Named), IsManagement);
    }

    private static bool IsManagement(MemberInfo named) =>
        Managed.Contains(named as Type ?? named.DeclaringType) || (typeof(Task).IsAssignableFrom(named.DeclaringType) && Waits.Contains(named.Name));
}
