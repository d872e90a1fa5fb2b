using Microsoft.Extensions.Logging.Console;

namespace GradService.Api.Hosting.Observability;

/// <summary>The way of the log to the console: where nobody reads it lines are dropped, counted and said to be so, and no request waits.</summary>
internal static class ConsoleQueue
{
    private const int Lines = 2_000;

    public static IServiceCollection AddConsoleQueue(this IServiceCollection services) => services.Configure<ConsoleLoggerOptions>(console =>
    {
        console.MaxQueueLength = Lines;
        console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
    });
}
