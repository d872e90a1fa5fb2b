using System.Diagnostics.Metrics;

namespace GradService.Api.Serving.Measurement;

/// <summary>A part of the service that measures itself, from the start on and whether or not anybody ever needs the part.</summary>
internal interface IMeasured
{
    /// <summary>Makes its instruments.</summary>
    void Measure(Meter meter);
}
