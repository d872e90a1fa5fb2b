using GradService.Domain.Arrays;
using GradService.Domain.Networks;

namespace GradService.Domain.Catalog;

/// <summary>Where stored networks are looked up. What an id stands for never changes; what a name points to does. Any number of threads may ask.</summary>
public interface INetworkStore
{
    /// <summary>The id that a name points to; null where there is no such name.</summary>
    string? IdOf(string name);

    /// <summary>Whether there is a network with this id.</summary>
    bool Has(string id);

    /// <summary>A network without its numbers; null where there is none with this id.</summary>
    NetworkSpec? SpecOf(string id);

    /// <summary>All its parameters and buffers, in its precision, to be read; null where there is none with this id.</summary>
    IArrayFile? ParametersOf(string id);
}
