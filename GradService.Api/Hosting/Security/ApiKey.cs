using System.ComponentModel.DataAnnotations;

namespace GradService.Api.Hosting.Security;

/// <summary>Who may call. The key itself stands nowhere: its hash does.</summary>
internal sealed class ApiKey
{
    /// <summary>Whom it was given to; in answers and logs.</summary>
    [Required(ErrorMessage = "A key needs a Name.")]
    [RegularExpression("[A-Za-z0-9._-]{1,64}", ErrorMessage = "The Name of a key must have 1 to 64 letters, digits and . _ -")]
    public string Name { get; set; } = "";

    /// <summary>SHA-256 of the key's UTF-8 bytes, 64 hexadecimal digits.</summary>
    [Required(ErrorMessage = "A key needs Sha256, the hash of the key.")]
    [RegularExpression("[0-9A-Fa-f]{64}",
        ErrorMessage = "Sha256 must be the 64 hexadecimal digits of the key's hash, as printf %s KEY | sha256sum gives it, and not the key.")]
    public string Sha256 { get; set; } = "";

    /// <summary>Requests within a minute, beyond which they get 429. Default: none.</summary>
    [Range(1, 1_000_000)]
    public int? RequestsPerMinute { get; set; }
}
