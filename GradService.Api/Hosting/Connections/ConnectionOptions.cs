using System.ComponentModel.DataAnnotations;

namespace GradService.Api.Hosting.Connections;

/// <summary>How many connections there may be, and how long they may take: what keeps slow and idle callers from being in the way of others.</summary>
internal sealed class ConnectionOptions
{
    public const string Section = "Connections";

    /// <summary>Open connections; more are closed as they come. Default 5,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 5_000;

    /// <summary>Seconds that a connection may be open with no request. Default 130.</summary>
    [Range(0.1, 86_400)]
    public double KeepAliveTimeoutSeconds { get; set; } = 130;

    /// <summary>Seconds in which the headers of a request must have come. Default 30.</summary>
    [Range(0.1, 86_400)]
    public double RequestHeadersTimeoutSeconds { get; set; } = 30;

    /// <summary>
    /// Bytes a second, after the first five, that bodies must come and answers must be taken at; slower connections
    /// are closed. Default 1,024.
    /// </summary>
    [Range(1, 1_000_000_000)]
    public double MinBytesPerSecond { get; set; } = 1_024;

    /// <summary>Seconds that requests under way have to end when the service is told to stop. Default 35.</summary>
    [Range(0.1, 86_400)]
    public double ShutdownSeconds { get; set; } = 35;
}
