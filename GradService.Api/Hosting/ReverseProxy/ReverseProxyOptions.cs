using System.ComponentModel.DataAnnotations;

namespace GradService.Api.Hosting.ReverseProxy;

/// <summary>Where a reverse proxy shows the service.</summary>
internal sealed class ReverseProxyOptions
{
    /// <summary>
    /// The path that the service is served below, as /gradservice; empty: at the root. A proxy hands requests on with it. Paths without
    /// it are served as well, so that a health check need not know it.
    /// </summary>
    [RegularExpression("(/[A-Za-z0-9._~-]+)*/?",
        ErrorMessage = "PathBase must begin with a slash, as /gradservice does, and consist of letters, digits and . _ ~ - between slashes.")]
    public string PathBase { get; set; } = "";
}
