using GradService.Domain.Networks;

namespace GradService.Api.Networks;

/// <summary>A network to store.</summary>
internal sealed record NetworkBody
{
    /// <summary>A name that shall point to it: 1 to 64 of a-z, 0-9, '.', '_' and '-'. Absent: none; the id is enough.</summary>
    public string? Name { get; init; }

    /// <summary>The network. A stored one with other parameters laid over it is stored as another.</summary>
    public required NetworkSource Network { get; init; }
}

/// <summary>Where a name shall point.</summary>
internal sealed record NameBody
{
    /// <summary>The id of a stored network.</summary>
    public required string Id { get; init; }
}
