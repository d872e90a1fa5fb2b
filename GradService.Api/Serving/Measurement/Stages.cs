using System.Diagnostics;

namespace GradService.Api.Serving.Measurement;

/// <summary>The spans of a request: read, queue, compute and write. Where nobody collects traces they cost nothing.</summary>
internal static class Stages
{
    private static readonly ActivitySource Source = new(ServiceMeter.Name);

    /// <summary>A stage of the current request, which ends when it is disposed of.</summary>
    public static Activity? Start(string name) => Source.StartActivity(name);

    /// <summary>A stage of a request that another thread works for.</summary>
    public static Activity? Start(string name, ActivityContext request) => Source.StartActivity(name, ActivityKind.Internal, request);

    /// <summary>A stage of the current request that began at a time and ends now.</summary>
    public static void Ended(string name, DateTimeOffset began) =>
        Source.StartActivity(name, ActivityKind.Internal, Activity.Current?.Context ?? default, startTime: began)?.Dispose();
}
