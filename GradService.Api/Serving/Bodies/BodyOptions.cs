using System.ComponentModel.DataAnnotations;

namespace GradService.Api.Serving.Bodies;

/// <summary>How long a body may be on its way; the other limits of connections, in the same section, are the server's to keep.</summary>
internal sealed class BodyOptions
{
    public const string Section = "Connections";

    /// <summary>Seconds in which the body of a request must have come, from its headers on; beyond it 408. Default 120.</summary>
    [Range(0.1, 86_400)]
    public double RequestBodyTimeoutSeconds { get; set; } = 120;
}
