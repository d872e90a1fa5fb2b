namespace GradService.Api.Serving.Measurement;

/// <summary>By what name collectors know all that the service says of itself: the meter of its measurements, and the source of its spans.</summary>
internal static class ServiceMeter
{
    public const string Name = "GradService";
}
