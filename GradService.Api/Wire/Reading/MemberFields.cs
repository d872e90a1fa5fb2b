using GradService.Api.Wire.Arrays;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Api.Wire.Reading;

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
        }
    }

    /// <summary>The path of an entry of a list by its name, as arrays beside the JSON name it; the path itself where it has none.</summary>
    public static FieldPath ByName(FieldPath path, IReadOnlyDictionary<string, RecordField> fields, object record) =>
        path.IsIndex && fields.TryGetValue("name", out var name) && name.Property.GetValue(record) is string text ? path.Parent!.Entry(text) : path;

    private static Dictionary<string, NdArray> Merged(IReadOnlyDictionary<string, NdArray>? given, IEnumerable<(string Name, NdArray Array)> entries, string field, ReportFault report)
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
