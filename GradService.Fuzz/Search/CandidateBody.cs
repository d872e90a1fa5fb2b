using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using GradService.Api.Wire.Reading;
using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Faults;
using GradService.Domain.Networks;
using GradService.Fuzz.Mutations;

namespace GradService.Fuzz.Search;

/// <summary>
/// Writes a candidate's body out. Marks: {"$array": ["N", "sample"]}, an array of that shape, "sample" and "out" being the shapes of a sample
/// and of an output of the network around it; {"$formula": "u", "plus": "+x*u", "times": 3}, a text; {"$times": 3, "of": …}, an entry of a
/// list so often, "#" in its texts being its number; {"$names": "x", "of": "sample"}, a name for each element.
/// </summary>
internal sealed class CandidateBody
{
    /// <summary>What a body may hold: lists of so many numbers are a few tens of megabytes.</summary>
    private const long MostNumbers = 7_000_000;

    private const long MostRepeats = 100_000;

    /// <summary>What a loss may name.</summary>
    private const int MostNames = 1_000;

    /// <summary>An archive is made of lists that are parsed here first.</summary>
    private const long MostArchived = 500_000;

    private static readonly Limits Limits = new();

    private readonly StringBuilder _text = new();
    private readonly Candidate _candidate;
    private long _numbers;
    private long _repeats;

    private CandidateBody(Candidate candidate) => _candidate = candidate;

    /// <summary>The shapes that marks refer to.</summary>
    private sealed record Setting(IReadOnlyList<long>? Sample, IReadOnlyList<long>? Output);

    /// <exception cref="UnsoundCandidateException">Its marks have no meaning, its network is none, or it is too large.</exception>
    public static (string ContentType, byte[] Body) Of(Candidate candidate)
    {
        var body = new CandidateBody(candidate);
        body.Write(candidate.Template, new Setting(null, null), 0);
        if (candidate.Arrays != ArrayForm.Npz)
        {
            return (MutatedRequest.Json, Encoding.UTF8.GetBytes(body._text.ToString()));
        }

        return body._numbers <= MostArchived
            ? (MutatedRequest.Npz, RequestArchive.Packed(RequestArchive.MembersOf(body._text.ToString()), CompressionLevel.Fastest))
            : throw new UnsoundCandidateException("An archive of so many numbers is slow to make.");
    }

    /// <summary>Whether it can be written out, so that the service is likely to compute it.</summary>
    public static bool IsSound(Candidate candidate)
    {
        try
        {
            new CandidateBody(candidate) { _isDry = true }.Write(candidate.Template, new Setting(null, null), 0);
            return true;
        }
        catch (UnsoundCandidateException)
        {
            return false;
        }
    }

    private bool _isDry;

    private void Write(JsonNode? node, Setting setting, int number)
    {
        switch (node)
        {
            case JsonObject mark when mark.ContainsKey("$array"):
                WriteArray(ShapeOf(mark["$array"]!.AsArray(), setting), (string?)mark["as"]);
                break;
            case JsonObject mark when mark.ContainsKey("$formula"):
                var times = Repeats(mark["times"]);
                _text.Append('"').Append((string)mark["$formula"]!).Insert(_text.Length, (string)mark["plus"]!, times).Append('"');
                break;
            case JsonObject mark when mark.ContainsKey("$names"):
                var named = (string)mark["of"]! == "sample" ? setting.Sample : setting.Output;
                WriteNames((string)mark["$names"]!, named ?? throw new UnsoundCandidateException("Names of no network."));
                break;
            case JsonObject members:
                WriteMembers(members, Within(members, setting), number);
                break;
            case JsonArray list:
                WriteList(list, setting, number);
                break;
            case JsonValue text when text.GetValueKind() == JsonValueKind.String:
                _text.Append(JsonSerializer.Serialize(((string)text!).Replace("#", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));
                break;
            default:
                _text.Append(node?.ToJsonString() ?? "null");
                break;
        }
    }

    /// <summary>The first has no number.</summary>
    private void WriteNames(string name, IReadOnlyList<long> shape)
    {
        var count = Elements(shape);
        Add(count);
        _text.Append('[').AppendJoin(',', Enumerable.Range(0, (int)count).Select(index => $"\"{name}{(index == 0 ? "" : index)}\"")).Append(']');
    }

    private void WriteMembers(JsonObject members, Setting setting, int number)
    {
        CheckNames(members, setting);
        _text.Append('{');
        var first = true;
        foreach (var (name, value) in members)
        {
            _text.Append(first ? "" : ",").Append(JsonSerializer.Serialize(name)).Append(':');
            Write(value, setting, number);
            first = false;
        }

        _text.Append('}');
    }

    private void WriteList(JsonArray list, Setting setting, int number)
    {
        _text.Append('[');
        var first = true;
        foreach (var entry in list)
        {
            var (repeated, times) = entry is JsonObject mark && mark.ContainsKey("$times") ? (mark["of"], Repeats(mark["$times"])) : (entry, 1);
            for (var i = 0; i < times; i++)
            {
                _text.Append(first ? "" : ",");
                Write(repeated, setting, times > 1 ? i : number);
                first = false;
            }
        }

        _text.Append(']');
    }

    private int Repeats(JsonNode? times)
    {
        _repeats += (int)times!;
        return _repeats <= MostRepeats ? (int)times! : throw new UnsoundCandidateException("Too many repeats.");
    }

    /// <summary>The same numbers for the same shape, between 0 and 1.</summary>
    private void WriteArray(long[] shape, string? form)
    {
        var count = Elements(shape);
        Add(count);
        if (_isDry)
        {
            _text.Append("[]");
            return;
        }

        var isList = form == "list" || (form is null && _candidate.Arrays is ArrayForm.List or ArrayForm.Npz);
        if (isList)
        {
            var next = 0;
            WriteNested(shape, 0, ref next);
            return;
        }

        var numbers = new float[count];
        for (var i = 0; i < count; i++)
        {
            numbers[i] = NumberAt(i);
        }

        var (sizes, bytes) = (string.Join(',', shape), Convert.ToBase64String(MemoryMarshal.AsBytes(numbers.AsSpan())));
        _text.Append(form == "tesseract"
            ? $$$"""{"object_type":"array","shape":[{{{sizes}}}],"dtype":"float32","data":{"buffer":"{{{bytes}}}","encoding":"base64"}}"""
            : $$"""{"shape":[{{sizes}}],"dtype":"float32","base64":"{{bytes}}"}""");
    }

    private void WriteNested(long[] shape, int axis, ref int next)
    {
        if (axis == shape.Length)
        {
            _text.Append(CultureInfo.InvariantCulture, $"{NumberAt(next++):0.####}");
            return;
        }

        _text.Append('[');
        for (var i = 0; i < shape[axis]; i++)
        {
            _text.Append(i > 0 ? "," : "");
            WriteNested(shape, axis + 1, ref next);
        }

        _text.Append(']');
    }

    private static float NumberAt(int index) => (((uint)index * 2_654_435_761u) >> 16) / 65_536f;

    private long[] ShapeOf(JsonArray sizes, Setting setting) => [.. sizes.SelectMany(size => size!.ToString() switch
    {
        "sample" => setting.Sample ?? throw new UnsoundCandidateException("A sample of no network."),
        "out" => setting.Output ?? throw new UnsoundCandidateException("An output of no network."),
        var product => [product.Split('*').Aggregate(1L, (all, factor) => all * SizeOf(factor))],
    })];

    private long SizeOf(string factor) => factor == "N" ? _candidate.Samples : long.Parse(factor, CultureInfo.InvariantCulture);

    private void Add(long numbers)
    {
        _numbers += numbers;
        if (_numbers > MostNumbers)
        {
            throw new UnsoundCandidateException("Too many numbers.");
        }
    }

    /// <summary>The shapes of the network that a request describes itself.</summary>
    private static Setting Within(JsonObject request, Setting outer)
    {
        if (request["network"] is not JsonObject network || network["inputShape"] is not JsonArray || network["layers"] is not JsonArray)
        {
            return outer;
        }

        try
        {
            var written = new CandidateBody(new Candidate("POST", "", null));
            written.Write(network["layers"], outer, 0);
            var text = $$"""{"inputShape":{{network["inputShape"]!.ToJsonString()}},"layers":{{written._text}}}""";
            var shape = NetworkShape.InferWithin(RequestReader.Read<NetworkSpec>(Encoding.UTF8.GetBytes(text)), Limits);
            return new Setting([.. Sizes(shape.Input)], [.. Sizes(shape.Output)]);
        }
        catch (FaultException fault)
        {
            throw new UnsoundCandidateException(fault.Message);
        }
    }

    private static IEnumerable<long> Sizes(Shape shape) => Enumerable.Range(0, shape.Rank).Select(axis => shape[axis]);

    /// <summary>A list of names must have one for each element, and a formula needs them.</summary>
    private static void CheckNames(JsonObject request, Setting setting)
    {
        if (!request.ContainsKey("terms") || setting is not { Sample: { } sample, Output: { } output })
        {
            return;
        }

        foreach (var (names, shape) in new[] { (request["variables"], sample), (request["outputs"], output) })
        {
            if (Elements(shape) > MostNames || (names is JsonArray list && list.Count != Elements(shape)))
            {
                throw new UnsoundCandidateException("Other numbers of names than of elements.");
            }
        }
    }

    private static long Elements(IEnumerable<long> shape) => shape.Aggregate(1L, (product, size) => product > MostNumbers ? product : product * size);
}
