using GradService.Domain;
using GradService.Domain.Networks;

namespace GradService.Api.Networks;

/// <summary>A stored network as a name stands for it now, with what its arrays are.</summary>
/// <param name="Network">What a request has as its network.</param>
/// <param name="Input">D…, shape of a sample that enters.</param>
/// <param name="Output">M…, shape of a sample that leaves.</param>
/// <param name="Dtype">The precision of its arrays.</param>
internal sealed record NamedNetwork(NetworkSpec Network, Shape Input, Shape Output, Dtype Dtype);

/// <summary>The stored networks by their names.</summary>
internal interface INamedNetworks
{
    /// <summary>All names, sorted.</summary>
    IReadOnlyList<string> Names { get; }

    /// <exception cref="FaultException">There is no such name.</exception>
    NamedNetwork Find(string name);
}
