using GradService.Domain.Arrays;
using GradService.Domain.Catalog;

namespace GradService.Api.Networks;

/// <summary>The stored network that a name points to now, with what its arrays are.</summary>
/// <param name="Network">What a request has as its network: by id, so that it stays the same should the name be moved meanwhile.</param>
/// <param name="Input">D…, shape of a sample that enters.</param>
/// <param name="Output">M…, shape of a sample that leaves.</param>
/// <param name="Dtype">The precision of its arrays.</param>
internal sealed record NamedNetwork(NetworkReference Network, Shape Input, Shape Output, Dtype Dtype);
