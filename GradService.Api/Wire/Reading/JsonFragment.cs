using GradService.Domain.Faults;

namespace GradService.Api.Wire.Reading;

/// <summary>A part of a request that is read later, when it is known what it must be.</summary>
/// <param name="Json">Its text.</param>
/// <param name="Path">Where it stood.</param>
internal sealed record JsonFragment(byte[] Json, FieldPath Path)
{
    /// <summary>Arrays of its fields that came beside the JSON.</summary>
    public IReadOnlyList<ArrayMember> Arrays { get; init; } = [];

    public static JsonFragment Empty(FieldPath path) => new("{}"u8.ToArray(), path);
}
