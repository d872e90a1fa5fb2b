using System.ComponentModel.DataAnnotations;

namespace GradService.Api.Storage;

/// <summary>Where networks are stored, and how much of them, the section "Storage" of the configuration.</summary>
internal sealed class StorageOptions
{
    public const string Section = "Storage";

    /// <summary>
    /// The folder of the database and of the parameters, which no other process may use. Default: GradService in the user's folder
    /// for data of applications.
    /// </summary>
    public string? Folder { get; set; }

    /// <summary>Size of all stored parameters, bytes; beyond it nothing more is stored, 507. Default 10 GiB.</summary>
    [Range(4096, 1L << 50)]
    public long MaxStoredBytes { get; set; } = 10L << 30;

    /// <summary>Names of all networks together; beyond it no new one is taken, 507. Default 10,000.</summary>
    [Range(1, 1_000_000)]
    public long MaxNames { get; set; } = 10_000;

    /// <summary>The folder that is meant; null where none is set and the user has none.</summary>
    public string? FolderInUse => !string.IsNullOrEmpty(Folder) ? Folder
        : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } data
        ? Path.Combine(data, "GradService")
        : null;
}
