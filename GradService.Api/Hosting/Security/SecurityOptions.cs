using System.ComponentModel.DataAnnotations;

namespace GradService.Api.Hosting.Security;

/// <summary>Who may see what without a key, the section "Security" of the configuration.</summary>
internal sealed class SecurityOptions : IValidatableObject
{
    public const string Section = "Security";

    /// <summary>Origins, such as https://lab.example, whose pages may call the service from a browser; * for all. Default: none.</summary>
    public IList<string> CorsOrigins { get; } = [];

    /// <summary>Whether /metrics needs no key where the rest needs one. Default false.</summary>
    public bool OpenMetrics { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => CorsOrigins.Where(origin => !IsOrigin(origin))
        .Select(origin => new ValidationResult($"CorsOrigins must be origins, such as https://lab.example:8443 with no path, or *; {origin} is none.",
            [nameof(CorsOrigins)]));

    private static bool IsOrigin(string text) => text == "*"
        || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && (uri.Scheme is "http" or "https") && uri.GetLeftPart(UriPartial.Authority) == text);
}
