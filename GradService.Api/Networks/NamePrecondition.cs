using GradService.Api.Storage;
using GradService.Domain.Faults;
using Microsoft.Net.Http.Headers;

namespace GradService.Api.Networks;

/// <summary>What a caller supposes of a name that is to be changed: the headers If-Match and If-None-Match (RFC 9110, section 13.1).</summary>
internal sealed class NamePrecondition
{
    private readonly IList<EntityTagHeaderValue>? _match;
    private readonly IList<EntityTagHeaderValue>? _noneMatch;

    private NamePrecondition(IList<EntityTagHeaderValue>? match, IList<EntityTagHeaderValue>? noneMatch) => (_match, _noneMatch) = (match, noneMatch);

    /// <summary>The version of a name as the header ETag has it.</summary>
    public static EntityTagHeaderValue TagOf(StoredName name) => new($"\"{name.Version:N}\"");

    /// <exception cref="FaultException">A header is no list of entity tags.</exception>
    public static NamePrecondition Of(HttpRequest request) => new(Read(request, HeaderNames.IfMatch), Read(request, HeaderNames.IfNoneMatch));

    /// <param name="name">The name as it is; null where it is not there.</param>
    /// <exception cref="PreconditionFailedException">The caller supposes something else.</exception>
    public void Check(StoredName? name)
    {
        if (_match is not null && (name is null || !Names(_match, name, useStrongComparison: true)))
        {
            throw new PreconditionFailedException(name is null
                ? "If-Match supposes a name that is there, and it is not. Without If-Match, PUT makes it."
                : $"If-Match supposes another version of the name '{name.Name}' than {TagOf(name)}, which points to {name.Id}. Somebody has moved it: GET it, "
                    + "look, and try again with its ETag.");
        }

        if (_noneMatch is not null && name is not null && Names(_noneMatch, name, useStrongComparison: false))
        {
            throw new PreconditionFailedException(
                $"If-None-Match supposes that the name '{name.Name}' is not there in this version, and it is: it points to {name.Id}.");
        }
    }

    private static bool Names(IList<EntityTagHeaderValue> tags, StoredName name, bool useStrongComparison) =>
        tags.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(TagOf(name), useStrongComparison));

    private static IList<EntityTagHeaderValue>? Read(HttpRequest request, string header) =>
        request.Headers[header] is not { Count: > 0 } values ? null
        : EntityTagHeaderValue.TryParseStrictList(values, out var tags) ? tags
        : throw new FaultException(Fault.Invalid(header, "* or entity tags in double quotes, as ETag gave them", Fault.Quoted(values.ToString())));
}
