using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Values;
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
        ("weights/*", name => FieldPath.Of("terms").Entry(name).Field("weights")),
        ("labels/*", name => FieldPath.Of("terms").Entry(name).Field("crossEntropy").Field("labels")),
        ("data/*", name => DataOf(name)),
    ];

    private readonly HashSet<ArrayMember> _taken = [];

    public static ArrayMembers None { get; } = new([]);

    /// <summary>As they are told, * being a name.</summary>
    public static IEnumerable<string> Names => Table.Select(line => line.Member == "data/*" ? "data/SET/*" : line.Member);

    /// <summary>Those that no field has taken.</summary>
    public IEnumerable<ArrayMember> Left => all.Except(_taken);

    /// <summary>Whether a member has a place in a request.</summary>
    public static bool Knows(string member) => Table.Any(line => Fits(member, line.Member));

    /// <summary>An array with the place that its member, which must be known, has in a request.</summary>
    public static ArrayMember Of(string member, NdArray array)
    {
        var (pattern, path) = Table.First(line => Fits(member, line.Member));
        var name = pattern[^1] == '*' ? member[(pattern.Length - 1)..] : null;
        var place = path(name ?? "");
        return new ArrayMember(member, place, name is null ? null : place.Name, array);
    }

    /// <summary>Of "interior/k", SET/NAME: a set's name may have a slash, that of a column has none.</summary>
    private static FieldPath DataOf(string name)
    {
        var end = name.LastIndexOf('/');
        return FieldPath.Of("points").Entry(name[..Math.Max(0, end)]).Field("data").Entry(name[(end + 1)..]);
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

    /// <summary>Whether some array belongs to a field of what stands there.</summary>
    public bool HasBelow(FieldPath path) => all.Any(member => member.Path.IsBelow(path));

    /// <summary>Those of an object that is read later.</summary>
    public IReadOnlyList<ArrayMember> TakeAllOf(FieldPath path)
    {
        var below = all.Where(member => member.Path.IsBelow(path)).ToList();
        _taken.UnionWith(below);
        return below;
    }
}

/// <summary>Gives a record, once its JSON has been read, the arrays that came beside it.</summary>
internal static class MemberFields
{
    /// <param name="record">The record.</param>
    /// <param name="fields">Its fields.</param>
    /// <param name="seen">The names of those that the JSON had; those that get an array are added.</param>
    /// <param name="path">The record's path; that of an entry of a list ends with its name where it has one.</param>
    /// <param name="members">The arrays.</param>
    /// <param name="report">Told what is wrong.</param>
    public static void Fill(object record, IEnumerable<RecordField> fields, ISet<string> seen, FieldPath path, ArrayMembers members, ReportFault report)
    {
        foreach (var field in fields)
        {
            var own = path.Field(field.Name);
            if (field.Type == typeof(NdArray) && members.Take(own) is { } array)
            {
                if (seen.Add(field.Name))
                {
                    field.Property.SetValue(record, array);
                }
                else
                {
                    report(FieldPath.Of(field.Name), "the array once", "one in the JSON and one beside it");
                }
            }
            else if (field.Type == typeof(IReadOnlyDictionary<string, NdArray>) && members.TakeEntries(own) is { Count: > 0 } entries)
            {
                seen.Add(field.Name);
                field.Property.SetValue(record, Merged((IReadOnlyDictionary<string, NdArray>?)field.Property.GetValue(record), entries, field.Name, report));
            }
            else if (field.Type == typeof(JsonFragment) && members.TakeAllOf(own) is { Count: > 0 } arrays)
            {
                seen.Add(field.Name);
                var fragment = (JsonFragment?)field.Property.GetValue(record) ?? JsonFragment.Empty(own);
                field.Property.SetValue(record, fragment with { Arrays = arrays });
            }
            else if (path.IsEntry && members.HasBelow(own) && IsRecord(field.Type))
            {
                // It was read when the entry's name was not known yet.
                seen.Add(field.Name);
                var inner = field.Property.GetValue(record) ?? Activator.CreateInstance(field.Type)!;
                var innerFields = RecordFields.Of(field.Type).Values;
                var given = innerFields.Where(each => each.Property.GetValue(inner) is not null).Select(each => each.Name).ToHashSet();
                Fill(inner, innerFields, given, own, members,
                    (below, expected, got, remedy) => report(FieldPath.Of(field.Name).Then(below), expected, got, remedy));
                field.Property.SetValue(record, inner);
            }
        }
    }

    /// <summary>The path of an entry of a list by its name, as arrays beside the JSON name it; the path itself where it has none.</summary>
    public static FieldPath ByName(FieldPath path, IReadOnlyDictionary<string, RecordField> fields, object record) =>
        path.IsIndex && fields.TryGetValue("name", out var name) && name.Property.GetValue(record) is string text ? path.Parent!.Entry(text) : path;

    private static bool IsRecord(Type type) =>
        type.IsClass && !type.IsGenericType && type != typeof(NdArray) && FieldTypes.Of(type) is null && Family.Of(type) is null;

    private static Dictionary<string, NdArray> Merged(
        IReadOnlyDictionary<string, NdArray>? given, IEnumerable<(string Name, NdArray Array)> entries, string field, ReportFault report)
    {
        var merged = new Dictionary<string, NdArray>(given ?? new Dictionary<string, NdArray>());
        foreach (var (name, array) in entries)
        {
            if (!merged.TryAdd(name, array))
            {
                report(FieldPath.Of(field).Entry(name), "the array once", "one in the JSON and one beside it");
            }
        }

        return merged;
    }
}
