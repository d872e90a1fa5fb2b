using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Api.Wire.Writing;
using GradService.Domain.Faults;
using GradService.Domain.Statistics;
using Microsoft.OpenApi;

namespace GradService.Api.Wire.Values;

/// <summary>Values that travel as names; a request may write them in any case, as generated clients have their own.</summary>
/// <param name="type">Their type.</param>
/// <param name="names">All of them.</param>
/// <param name="askable">Those that a request may use: some are for answers alone.</param>
internal abstract class NamedType(Type type, IReadOnlyDictionary<string, object> names, IReadOnlyDictionary<string, object> askable) : FieldType(type, "name")
{
    private readonly Dictionary<string, object> _inAnyCase = new(askable, StringComparer.OrdinalIgnoreCase);

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
        if (_inAnyCase.TryGetValue(text, out var named))
        {
            return named;
        }

        report(FieldPath.Empty, _expected, Fault.Quoted(text), NearestName.DidYouMean(text, Askable.Keys));
        return null;
    }

    public override OpenApiSchema Schema() => new() { Type = JsonSchemaType.String, Enum = [.. Names.Keys.Select(name => (JsonNode)name)] };
}

/// <summary>An enumeration; a value that is not browsable is for answers alone.</summary>
internal sealed class EnumerationType : NamedType
{
    public EnumerationType(Type type)
        : this(type, Enum.GetNames(type).ToDictionary(JsonNamingPolicy.CamelCase.ConvertName, name => Enum.Parse(type, name)))
    {
    }

    private EnumerationType(Type type, Dictionary<string, object> names)
        : base(type, names, names.Where(name => IsAskable(type.GetField(name.Value.ToString()!)!)).ToDictionary())
    {
    }

    private static bool IsAskable(FieldInfo value) => value.GetCustomAttribute<BrowsableAttribute>() is null or { Browsable: true };
}

/// <summary>A BatchNorm mode, by its name.</summary>
internal sealed class BatchNormModeType() : NamedType(typeof(BatchNormMode), Modes, Modes)
{
    private static readonly Dictionary<string, object> Modes = BatchNormMode.All.ToDictionary(mode => mode.Name, mode => (object)mode);

    public override JsonConverter Converter { get; } = new WritingConverter<BatchNormMode>((writer, mode, _) => writer.WriteStringValue(mode.Name));

    public override string MeaningOf(object value) => ((BatchNormMode)value).Description;
}
