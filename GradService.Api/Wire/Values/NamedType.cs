using System.Text.Json;
using System.Text.Json.Nodes;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Domain.Faults;
using Microsoft.OpenApi;

namespace GradService.Api.Wire.Values;

/// <summary>Values that travel as names.</summary>
/// <param name="type">Their type.</param>
/// <param name="names">All of them.</param>
/// <param name="askable">Those that a request may use: some are for answers alone.</param>
internal abstract class NamedType(Type type, IReadOnlyDictionary<string, object> names, IReadOnlyDictionary<string, object> askable) : FieldType(type, "name")
{
    private readonly string _expected = $"one of {string.Join(", ", askable.Keys)}";

    public IReadOnlyDictionary<string, object> Names { get; } = names;

    public IReadOnlyDictionary<string, object> Askable { get; } = askable;

    /// <summary>What a value means; null where the source says it.</summary>
    public virtual string? MeaningOf(object value) => null;

    public override string Expected(RecordField? field) => _expected;

    public override object? Read(ref Utf8JsonReader reader, RecordField? field, ReportFault report)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            return Refuse(ref reader, field, report);
        }

        var text = JsonText.Of(ref reader);
        if (Askable.TryGetValue(text, out var named))
        {
            return named;
        }

        report(FieldPath.Empty, _expected, Fault.Quoted(text), NearestName.DidYouMean(text, Askable.Keys));
        return null;
    }

    public override OpenApiSchema Schema() => new() { Type = JsonSchemaType.String, Enum = [.. Names.Keys.Select(name => (JsonNode)name)] };
}
