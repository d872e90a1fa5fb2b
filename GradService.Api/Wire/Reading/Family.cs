using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Statistics;

namespace GradService.Api.Wire.Reading;

/// <summary>Records told apart by a field: layers and BatchNorm modes by "type", kinds of gradient by "kind".</summary>
/// <param name="Discriminator">The field.</param>
/// <param name="Members">Its values, and the records behind them.</param>
/// <param name="Noun">What a member is called: "a layer".</param>
/// <param name="HasBareNames">Whether the name alone stands for a member with its fields at their defaults.</param>
internal sealed record Family(string Discriminator, IReadOnlyDictionary<string, Type> Members, string Noun, bool HasBareNames = false)
{
    private static readonly Dictionary<Type, Family> ByBase = new()
    {
        [typeof(Layer)] = new Family("type", LayerTable.All, "a layer"),
        [typeof(Question)] = new Family("kind", QuestionTable.All, "a kind of gradient"),
        [typeof(BatchNormMode)] = new Family("type", BatchNormMode.All.ToDictionary(mode => mode.Name, mode => mode.GetType()), "a BatchNorm mode", HasBareNames: true),
    };

    /// <summary>The family of a base record, null where there is none.</summary>
    public static Family? Of(Type record) => ByBase.GetValueOrDefault(record);
}
