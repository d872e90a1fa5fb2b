using Microsoft.EntityFrameworkCore;

namespace GradService.Api.Storage;

/// <summary>What is known of stored networks, but for their numbers.</summary>
internal sealed class NetworkDatabase(DbContextOptions<NetworkDatabase> options) : DbContext(options)
{
    public DbSet<NetworkRow> Networks => Set<NetworkRow>();

    public DbSet<NameRow> Names => Set<NameRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<NetworkRow>(network =>
        {
            network.ToTable("networks");

            // In the order in which they came; a number is not used again.
            network.HasKey(row => row.Number);
            network.Property(row => row.Number).HasColumnName("number").ValueGeneratedOnAdd();
            network.Property(row => row.Id).HasColumnName("id").HasMaxLength(64);
            network.Property(row => row.Spec).HasColumnName("spec");
            network.Property(row => row.InputShape).HasColumnName("input_shape");
            network.Property(row => row.OutputShape).HasColumnName("output_shape");
            network.Property(row => row.ParameterCount).HasColumnName("parameter_count");
            network.Property(row => row.StoredBytes).HasColumnName("stored_bytes");
            network.Property(row => row.CreatedAt).HasColumnName("created_at");
            network.HasAlternateKey(row => row.Id);
        });
        modelBuilder.Entity<NameRow>(name =>
        {
            name.ToTable("names");
            name.HasKey(row => row.Name);
            name.Property(row => row.Name).HasColumnName("name").HasMaxLength(64);
            name.Property(row => row.NetworkId).HasColumnName("network_id").HasMaxLength(64);
            name.Property(row => row.Version).HasColumnName("version");
            name.Property(row => row.MovedAt).HasColumnName("moved_at");
            name.HasOne<NetworkRow>().WithMany().HasForeignKey(row => row.NetworkId).HasPrincipalKey(row => row.Id).OnDelete(DeleteBehavior.Restrict);
        });
    }
}

/// <summary>A stored network.</summary>
internal sealed class NetworkRow
{
    /// <summary>Its place in the order in which networks came.</summary>
    public long Number { get; set; }

    /// <summary>Its content's hash.</summary>
    public required string Id { get; init; }

    /// <summary>Its spec without parameters, in JSON.</summary>
    public required string Spec { get; set; }

    /// <summary>Shape of a sample, as "1,28,28".</summary>
    public required string InputShape { get; init; }

    /// <summary>Shape of an output, in the same form.</summary>
    public required string OutputShape { get; init; }

    /// <summary>How many numbers are trained.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>What it takes of the room for networks.</summary>
    public required long StoredBytes { get; init; }

    /// <summary>When it came, milliseconds since 1970 in UTC.</summary>
    public required long CreatedAt { get; init; }
}

/// <summary>A name and where it points.</summary>
internal sealed class NameRow
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The network that it points to.</summary>
    public required string NetworkId { get; set; }

    /// <summary>Another one after every move, never one that was there before.</summary>
    public required Guid Version { get; set; }

    /// <summary>When it was last moved.</summary>
    public required long MovedAt { get; set; }
}
