namespace GradService.Tests.House;

/// <summary>What reserves memory, queues and computes serves also who is no request.</summary>
public sealed class ServingTests
{
    private static readonly string[] Cores = ["GradService.Api.Serving.Budget", "GradService.Api.Serving.Queue", "GradService.Api.Serving.Measurement"];

    private static IReadOnlyList<Type> Types { get; } =
        [.. typeof(Program).Assembly.GetTypes().Where(type => Cores.Contains(CompiledMethod.Outermost(type).Namespace))];

    [Fact]
    public void Budget_queue_and_measurement_know_no_http()
    {
        Assert.Equal(Cores.Order(), Types.Select(type => type.Namespace!).Distinct().Order());
        var named = Types.SelectMany(CompiledMethod.Of).SelectMany(method => CompiledMethod.Named(method)
            .Select(member => member as Type ?? member.DeclaringType).Concat(method.GetParameters().Select(parameter => parameter.ParameterType)));
        Assert.DoesNotContain(named, type => type?.Namespace?.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) == true);
    }
}
