using System.Text.Json.Serialization;
using GradService.Api.Wire.Writing;
using GradService.Domain.Statistics;

namespace GradService.Api.Wire.Values;

/// <summary>A BatchNorm mode, by its name.</summary>
internal sealed class BatchNormModeType() : NamedType(typeof(BatchNormMode), Modes, Modes)
{
    private static readonly Dictionary<string, object> Modes = BatchNormMode.All.ToDictionary(mode => mode.Name, mode => (object)mode);

    public override JsonConverter Converter { get; } = new WritingConverter<BatchNormMode>((writer, mode, _) => writer.WriteStringValue(mode.Name));

    public override string MeaningOf(object value) => ((BatchNormMode)value).Description;
}
