using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks.Layers;

namespace GradService.Api.Requests;

/// <summary>Records told apart by a field: layers by "type", kinds of gradient by "kind".</summary>
/// <param name="Discriminator">The field.</param>
/// <param name="Members">Its values, and the records behind them.</param>
/// <param name="Noun">What a member is called: "a layer".</param>
internal sealed record Family(string Discriminator, IReadOnlyDictionary<string, Type> Members, string Noun)
{
    private static readonly Dictionary<Type, Family> ByBase = new()
    {
        [typeof(Layer)] = new Family("type", LayerTable.All, "a layer"),
        [typeof(Question)] = new Family("kind", QuestionTable.All, "a kind of gradient"),
    };

    /// <summary>The family of a base record, null where there is none.</summary>
    public static Family? Of(Type record) => ByBase.GetValueOrDefault(record);
}
