using System.Reflection;
using System.Runtime.ExceptionServices;

namespace GradService.Tests.Api;

/// <summary>
/// Starts the service itself, to see it fail: the test host looks for services of a start that has failed, and finds them disposed or
/// not as it happens.
/// </summary>
internal static class RealStart
{
    public static Task RunAsync(params string[] settings) => Task.Run(() =>
    {
        try
        {
            typeof(Program).Assembly.EntryPoint!.Invoke(null, [(string[])[.. settings, "--urls=http://127.0.0.1:0"]]);
        }
        catch (TargetInvocationException start)
        {
            ExceptionDispatchInfo.Throw(start.InnerException!);
        }
    }).WaitAsync(TimeSpan.FromMinutes(4));
}
