using System.Collections;
using System.Text;
using System.Text.Json;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Values;
using GradService.Api.Wire.Writing;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Api.Wire.Reading;

/// <summary>
/// Reads a request into the domain's records in one pass over its bytes. Serialisers stop at the first error and name types; this
/// reader goes on and reports every field that is wrong by its path, with what was expected and what came, and the nearest known
/// name for an unknown one.
/// </summary>
internal sealed class RequestReader
{
    internal const int MaxDepth = 64;
    private const int MaxFaults = 50;
    private const int MaxRecords = 200_000;
    private const int MaxEntries = 1_000_000;

    private static readonly IReadOnlyDictionary<string, RecordField> NoFields = new Dictionary<string, RecordField>();
    private readonly List<Fault> _faults = [];
    private FieldPath _path = FieldPath.Empty;
    private ArrayMembers _members = ArrayMembers.None;
    private AnswerForm? _form;
    private int _records;
    private int _entries;

    /// <summary>Where in the text the reader's own positions begin.</summary>
    private int _origin;

    /// <summary>A request, and how its answer is to be written: of the fields at the top some belong to any request.</summary>
    /// <param name="json">The text.</param>
    /// <param name="members">Arrays that came beside it.</param>
    /// <exception cref="FaultException">Lists what is wrong.</exception>
    public static (T Request, AnswerForm Form) ReadRequest<T>(ReadOnlySpan<byte> json, ArrayMembers members)
        where T : class
    {
        var reader = new RequestReader { _members = members, _form = new AnswerForm() };
        return ((T)reader.ReadAll(json, typeof(T), static _ => false)!, reader._form);
    }

    /// <summary>A record that stands at a path of a request.</summary>
    /// <exception cref="FaultException">Lists what is wrong.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json, FieldPath? path = null)
        where T : class => (T)new RequestReader { _path = path ?? FieldPath.Empty }.ReadAll(json, typeof(T), static _ => false)!;

    /// <summary>Reads a fragment as a record, passing over known fields that belong to its siblings.</summary>
    /// <param name="fragment">The fragment, an object.</param>
    /// <param name="record">The record.</param>
    /// <param name="passOver">Whether an unknown field is to be ignored.</param>
    /// <exception cref="FaultException">Lists what is wrong.</exception>
    public static object ReadAs(JsonFragment fragment, Type record, Func<string, bool> passOver)
    {
        var reader = new RequestReader { _path = fragment.Path, _members = new ArrayMembers(fragment.Arrays) };
        return reader.ReadAll(fragment.Json, record, passOver)!;
    }

    /// <summary>The fields of a fragment that has been read, each with its value where that is a text.</summary>
    public static IReadOnlyList<(string Name, string? Text)> TopLevelOf(JsonFragment fragment)
    {
        var fields = new List<(string, string?)>();
        var reader = new Utf8JsonReader(fragment.Json, new JsonReaderOptions { MaxDepth = MaxDepth });
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = JsonText.Of(ref reader);
            reader.Read();
            fields.Add((name, reader.TokenType == JsonTokenType.String ? JsonText.Of(ref reader) : null));
            reader.Skip();
        }

        return [.. fields, .. fragment.Arrays.Select(member => (member.Path.Name, (string?)null))];
    }

    private object? ReadAll(ReadOnlySpan<byte> json, Type record, Func<string, bool> passOver)
    {
        if (json.StartsWith(Encoding.UTF8.Preamble))
        {
            json = json[Encoding.UTF8.Preamble.Length..];
        }

        object? value = null;
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
            reader.Read();
            value = reader.TokenType == JsonTokenType.StartObject ? ReadRecord(ref reader, record, json, null, passOver) : Refuse(ref reader, "a JSON object");
            reader.Read();
        }
        catch (JsonException malformed)
        {
            // What is malformed makes all that was found before doubtful.
            throw new FaultException(RequestWords.Malformed(Located(malformed, json), _path.ToString(), json));
        }

        foreach (var member in _form is null || value is null ? [] : _members.Left)
        {
            _faults.Add(Fault.Invalid(member.Path.ToString(), "no array, as the request has no such field", $"the member {Fault.Quoted(member.Member)}"));
        }

        return _faults.Count == 0 ? value : throw new FaultException(_faults);
    }

    /// <summary>With its line and byte counted from the beginning of the text: the reader had jumped over arrays.</summary>
    private static JsonException Located(JsonException malformed, ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
            while (malformed.LineNumber is not null && reader.Read())
            {
            }

            return malformed;
        }
        catch (JsonException located)
        {
            return located;
        }
    }

    private object? ReadValue(ref Utf8JsonReader reader, Type type, bool nullable, RecordField? field, ReadOnlySpan<byte> json)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return nullable ? null : Refuse(ref reader, RequestWords.Expected(type, field));
        }

        if (FieldTypes.Of(type) is { } known && !(reader.TokenType == JsonTokenType.StartObject && Family.Of(type) is not null))
        {
            return known.Read(ref reader, field, Report);
        }

        if (type == typeof(JsonFragment))
        {
            return ReadFragment(ref reader, json);
        }

        if (type == typeof(NdArray))
        {
            return ReadArray(ref reader, json);
        }

        if (Family.Of(type) is { } family)
        {
            return ReadMember(ref reader, family, json);
        }

        if (type.IsGenericType)
        {
            var arguments = type.GetGenericArguments();
            return type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
                ? ReadList(ref reader, arguments[0], field, json)
                : ReadDictionary(ref reader, arguments[1], json);
        }

        return reader.TokenType == JsonTokenType.StartObject
            ? ReadRecord(ref reader, NetworkForm.Of(type, reader), json, null, static _ => false)
            : Refuse(ref reader, RequestWords.Expected(type, field));
    }

    private object? ReadRecord(ref Utf8JsonReader reader, Type type, ReadOnlySpan<byte> json, string? discriminator, Func<string, bool> passOver)
    {
        if (++_records > MaxRecords)
        {
            throw new FaultException(Fault.TooLarge(_path.ToString(), $"at most {MaxRecords} objects in a request", "more"));
        }

        var fields = RecordFields.Of(type);
        var (path, faultsBefore) = (_path, _faults.Count);
        var record = Activator.CreateInstance(type)!;
        var seen = new HashSet<string>();
        var form = _path.IsEmpty && _form is not null ? RecordFields.Of(typeof(AnswerForm)) : NoFields;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = JsonText.Of(ref reader);
            reader.Read();
            _path = path.Field(name);
            if (!seen.Add(name))
            {
                Report(FieldPath.Empty, "each field once", $"'{Fault.Shortened(name)}' again");
                reader.Skip();
            }
            else if (fields.TryGetValue(name, out var field) || form.TryGetValue(name, out field))
            {
                var value = ReadValue(ref reader, field.Type, field.Nullable, field, json);
                if (value is not null || field.Nullable)
                {
                    field.Property.SetValue(form.ContainsKey(name) ? _form : record, value);
                }
            }
            else if (name == discriminator || passOver(name))
            {
                reader.Skip();
            }
            else
            {
                var known = discriminator is null ? fields.Keys.Concat(form.Keys) : fields.Keys.Prepend(discriminator);
                Report(FieldPath.Empty, "a known field", $"'{Fault.Shortened(name)}'", NearestName.Suggest(name, known));
                reader.Skip();
            }

            _path = path;
        }

        MemberFields.Fill(record, fields.Values, seen, MemberFields.ByName(_path, fields, record), _members, Report);
        foreach (var missing in fields.Values.Where(field => field.Required && !seen.Contains(field.Name)))
        {
            Report(FieldPath.Of(missing.Name), RequestWords.Expected(missing.Type, missing), "nothing");
        }

        return _faults.Count == faultsBefore ? record : null;
    }

    /// <summary>A member of a family: the discriminator decides how the object is read, wherever in it it stands.</summary>
    private object? ReadMember(ref Utf8JsonReader reader, Family family, ReadOnlySpan<byte> json)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return Refuse(ref reader, $"an object with '{family.Discriminator}'");
        }

        var ahead = reader;
        while (ahead.Read() && ahead.TokenType != JsonTokenType.EndObject)
        {
            var isDiscriminator = JsonText.Is(ref ahead, family.Discriminator);
            ahead.Read();
            if (!isDiscriminator)
            {
                ahead.Skip();
                continue;
            }

            if (ahead.TokenType == JsonTokenType.String && family.Members.TryGetValue(JsonText.Of(ref ahead), out var member))
            {
                return ReadRecord(ref reader, member, json, family.Discriminator, static _ => false);
            }

            var got = ahead.TokenType == JsonTokenType.String ? JsonText.Of(ref ahead) : null;
            Report(
                FieldPath.Of(family.Discriminator),
                $"the name of {family.Noun}",
                got is null ? RequestWords.Got(ref ahead) : Fault.Quoted(got),
                NearestName.Suggest(got ?? "", family.Members.Keys));
            reader.Skip();
            return null;
        }

        Report(FieldPath.Of(family.Discriminator), $"the name of {family.Noun}", "nothing", NearestName.Suggest("", family.Members.Keys));
        reader.Skip();
        return null;
    }

    private IList? ReadList(ref Utf8JsonReader reader, Type element, RecordField? field, ReadOnlySpan<byte> json)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            Refuse(ref reader, RequestWords.Expected(typeof(IReadOnlyList<>), field));
            return null;
        }

        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
        var (path, count) = (_path, 0);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            _path = path.At(count++);
            CountEntry();

            if (ReadValue(ref reader, element, nullable: false, null, json) is { } value)
            {
                list.Add(value);
            }

            _path = path;
        }

        if (count < field?.MinLength || count > field?.MaxLength)
        {
            Report(FieldPath.Empty, RequestWords.Expected(typeof(IReadOnlyList<>), field), count == 0 ? "an empty list" : $"{count} entries");
        }

        return list;
    }

    private IDictionary? ReadDictionary(ref Utf8JsonReader reader, Type element, ReadOnlySpan<byte> json)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Refuse(ref reader, "an object");
            return null;
        }

        var dictionary = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), element))!;
        var path = _path;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = JsonText.Of(ref reader);
            reader.Read();
            _path = path.Entry(name);
            CountEntry();

            if (dictionary.Contains(name))
            {
                Report(FieldPath.Empty, "each name once", $"'{Fault.Shortened(name)}' again");
            }

            if (ReadValue(ref reader, element, nullable: false, null, json) is { } value)
            {
                dictionary[name] = value;
            }

            _path = path;
        }

        return dictionary;
    }

    private void CountEntry()
    {
        if (++_entries > MaxEntries)
        {
            throw new FaultException(Fault.TooLarge(
                _path.ToString(), $"at most {MaxEntries} names and list entries in a request, those of arrays not counted", "more"));
        }
    }

    private NdArray? ReadArray(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        var start = _origin + (int)reader.TokenStartIndex;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            return EncodedArrayReader.Read(ref reader, Report);
        }

        if (reader.TokenType != JsonTokenType.StartArray || NestedArrayParser.TryParse(json[start..], out var length) is not { } array)
        {
            return NestedArrayReader.Read(ref reader, Report);
        }

        // The reader cannot jump, but another one in its state can take over: to that one the array is just its last bracket.
        _origin = start + length - 1;
        reader = new Utf8JsonReader(json[_origin..], isFinalBlock: true, reader.CurrentState);
        reader.Read();
        return array;
    }

    private JsonFragment? ReadFragment(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            Refuse(ref reader, "an object");
            return null;
        }

        var start = _origin + (int)reader.TokenStartIndex;
        JsonText.Skip(ref reader);
        return new JsonFragment(json[start..(_origin + (int)reader.BytesConsumed)].ToArray(), _path);
    }

    /// <summary>Reports the value that the reader stands on, and passes over it.</summary>
    private object? Refuse(ref Utf8JsonReader reader, string expected)
    {
        Report(FieldPath.Empty, expected, RequestWords.Got(ref reader));
        reader.Skip();
        return null;
    }

    private void Report(FieldPath below, string expected, string got, string? remedy = null)
    {
        _faults.Add(Fault.Invalid(_path.Then(below).ToString(), expected, got, remedy));
        if (_faults.Count >= MaxFaults)
        {
            throw new FaultException(_faults);
        }
    }
}
