using GradService.Domain.Faults;

namespace GradService.Api.Networks;

/// <summary>Ids by which callers refer to stored networks.</summary>
internal static class StoredIds
{
    /// <summary>What to say of one that nothing is stored under.</summary>
    public static FaultException NotFound(string id) =>
        new(Fault.NotFound("id", "the id of a stored network", Fault.Quoted(id), "GET /v1/networks lists them."));
}
