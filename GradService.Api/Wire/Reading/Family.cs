using System.Text.Json;
using GradService.Domain.Catalog;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Statistics;

namespace GradService.Api.Wire.Reading;

/// <summary>
/// Records told apart by a field: layers and BatchNorm modes by "type", kinds of gradient by "kind". Where the base is a type of values as
/// well, the name alone stands for a member with its fields at their defaults.
/// </summary>
/// <param name="Discriminator">The field.</param>
/// <param name="Members">Its values, and the records behind them.</param>
/// <param name="Noun">What a member is called: "a layer".</param>
internal sealed record Family(string Discriminator, IReadOnlyDictionary<string, Type> Members, string Noun)
{
    private static readonly Dictionary<Type, Family> ByBase = new()
    {
        [typeof(Layer)] = new Family("type", LayerTable.All, "a layer"),
        [typeof(Question)] = new Family("kind", QuestionTable.All, "a kind of gradient"),
        [typeof(BatchNormMode)] = new Family("type", BatchNormMode.All.ToDictionary(mode => mode.Name, mode => mode.GetType()), "a BatchNorm mode"),
    };

    /// <summary>The family of a base record, null where there is none.</summary>
    public static Family? Of(Type record) => ByBase.GetValueOrDefault(record);
}

/// <summary>Which of the forms of a network a request has: one that says an id or a name refers to a stored network, any other describes one.</summary>
internal static class NetworkForm
{
    /// <summary>The record that the object is, which the reader stands on; other types than a network's are what they are.</summary>
    public static Type Of(Type type, Utf8JsonReader reader)
    {
        if (type != typeof(NetworkSource))
        {
            return type;
        }

        // Only "parameters" stands in both: whatever else comes first tells.
        try
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName && JsonText.Is(ref reader, "parameters"))
            {
                reader.Skip();
            }

            return reader.TokenType == JsonTokenType.PropertyName && (JsonText.Is(ref reader, "id") || JsonText.Is(ref reader, "name"))
                ? typeof(NetworkReference) : typeof(NetworkSpec);
        }
        catch (JsonException)
        {
            // Whoever reads it comes upon that too, and says where.
            return typeof(NetworkSpec);
        }
    }
}
