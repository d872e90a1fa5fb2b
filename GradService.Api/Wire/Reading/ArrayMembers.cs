using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Api.Wire.Reading;

/// <summary>An array that came beside the JSON of a request.</summary>
/// <param name="Member">The member of the archive: "inputs".</param>
/// <param name="Path">The field that it is the value of: "inputs".</param>
/// <param name="Name">The entry that the path names, where it names one.</param>
/// <param name="Array">The array.</param>
internal sealed record ArrayMember(string Member, FieldPath Path, string? Name, NdArray Array);

/// <summary>The arrays that came beside the JSON of a request, each to be taken by the field that it belongs to.</summary>
internal sealed class ArrayMembers(IReadOnlyList<ArrayMember> all)
{
    /// <summary>Which member is the value of which field; * is a name, of a parameter or of the entry of a list that has it.</summary>
    private static readonly (string Member, Func<string, FieldPath> Path)[] Table =
    [
        ("inputs", _ => FieldPath.Of("inputs")),
        ("cotangent", _ => FieldPath.Of("gradient", "cotangent")),
        ("tangent", _ => FieldPath.Of("gradient", "tangent")),
        ("direction", _ => FieldPath.Of("gradient", "direction")),
        ("reference_inputs", _ => FieldPath.Of("batchNorm", "referenceInputs")),
        ("parameters/*", name => FieldPath.Of("network", "parameters").Entry(name)),
        ("points/*", name => FieldPath.Of("points").Entry(name).Field("inputs")),
        ("targets/*", name => FieldPath.Of("terms").Entry(name).Field("target")),
    ];

    private readonly HashSet<ArrayMember> _taken = [];

    public static ArrayMembers None { get; } = new([]);

    public static IEnumerable<string> Names => Table.Select(line => line.Member);

    /// <summary>Those that no field has taken.</summary>
    public IEnumerable<ArrayMember> Left => all.Except(_taken);

    /// <summary>Whether a member has a place in a request.</summary>
    public static bool Knows(string member) => Table.Any(line => Fits(member, line.Member));

    /// <summary>An array with the place that its member, which must be known, has in a request.</summary>
    public static ArrayMember Of(string member, NdArray array)
    {
        var (pattern, path) = Table.First(line => Fits(member, line.Member));
        var name = pattern[^1] == '*' ? member[(pattern.Length - 1)..] : null;
        return new ArrayMember(member, path(name ?? ""), name, array);
    }

    private static bool Fits(string member, string pattern) =>
        pattern[^1] == '*' ? member.StartsWith(pattern[..^1], StringComparison.Ordinal) && member.Length >= pattern.Length : member == pattern;

    /// <summary>The array that is a field's value.</summary>
    public NdArray? Take(FieldPath path)
    {
        var member = all.FirstOrDefault(member => member.Path == path);
        return member is not null && _taken.Add(member) ? member.Array : null;
    }

    /// <summary>The arrays that are entries of a field, by name.</summary>
    public IReadOnlyList<(string Name, NdArray Array)> TakeEntries(FieldPath path)
    {
        var entries = all.Where(member => member.Name is not null && member.Path == path.Entry(member.Name)).ToList();
        _taken.UnionWith(entries);
        return [.. entries.Select(member => (member.Name!, member.Array))];
    }

    /// <summary>Those of an object that is read later.</summary>
    public IReadOnlyList<ArrayMember> TakeAllOf(FieldPath path)
    {
        var below = all.Where(member => member.Path.IsBelow(path)).ToList();
        _taken.UnionWith(below);
        return below;
    }
}
