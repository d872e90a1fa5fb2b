using System.Text.Json.Serialization;
using GradService.Api.Storage;
using GradService.Domain.Networks;

namespace GradService.Api.Networks;

/// <summary>A stored network.</summary>
internal sealed record NetworkReport
{
    /// <summary>SHA-256 of its content: layers and parameters. It never stands for anything else.</summary>
    public required string Id { get; init; }

    /// <summary>A name that points to it: the one that it was stored with, or else the first of its names; absent where it has none.</summary>
    public string? Name { get; init; }

    /// <summary>All names that point to it.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>Shape of a sample, without the batch axis.</summary>
    public required IReadOnlyList<long> InputShape { get; init; }

    /// <summary>Shape of an output, without the batch axis.</summary>
    public required IReadOnlyList<long> OutputShape { get; init; }

    /// <summary>How many numbers are trained; running statistics and other buffers are not counted.</summary>
    public required long ParameterCount { get; init; }

    /// <summary>When it was stored first.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>Its layers, without numbers; lists of networks leave it out.</summary>
    public NetworkSpec? Network { get; init; }

    public static NetworkReport Of(StoredNetwork network, string? name = null) => new()
    {
        Id = network.Id,
        Name = name ?? (network.Names.Count > 0 ? network.Names[0] : null),
        Names = network.Names,
        InputShape = network.InputShape,
        OutputShape = network.OutputShape,
        ParameterCount = network.ParameterCount,
        CreatedAt = network.CreatedAt.UtcDateTime,
    };

    public static NetworkReport Whole(StoredNetwork network, string? name = null) =>
        Of(network, name) with
        {
            Network = NetworkSpecText.Read(network.Spec ?? throw new ArgumentException("The network was read without its spec.", nameof(network))),
        };
}

/// <summary>Some of the stored networks.</summary>
internal sealed record NetworkListReport
{
    /// <summary>In the order in which they were stored.</summary>
    public required IReadOnlyList<NetworkReport> Items { get; init; }

    /// <summary>What "after" must be to have those that follow; null where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required string? Next { get; init; }
}

/// <summary>A name and where it points.</summary>
internal sealed record NameReport
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The id of the network that it points to.</summary>
    public required string Id { get; init; }

    /// <summary>When it was last moved.</summary>
    public required DateTime MovedAt { get; init; }

    public static NameReport Of(StoredName name) => new() { Name = name.Name, Id = name.Id, MovedAt = name.MovedAt.UtcDateTime };
}
