using GradService.Domain.Arrays;
using GradService.Domain.Networks;

namespace GradService.Domain.Catalog;

/// <summary>A stored network, by its id or by a name that points to it: one of the two.</summary>
public sealed record NetworkReference : NetworkSource
{
    /// <summary>Its id, as POST /v1/networks gave it.</summary>
    public string? Id { get; init; }

    /// <summary>A name that points to it now.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// Values over the stored ones, by the names of PyTorch's state_dict: running statistics come back in this way. What is stored
    /// stays as it is.
    /// </summary>
    public IReadOnlyDictionary<string, NdArray>? Parameters { get; init; }
}
