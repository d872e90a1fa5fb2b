using System.Text.Json.Nodes;

namespace GradService.Fuzz.Mutations;

/// <summary>A value in a request, by what holds it and where: a name or an index.</summary>
internal readonly record struct JsonPlace(JsonNode Holder, string? Name, int Index)
{
    public JsonNode? Value
    {
        get => Name is null ? Holder[Index] : Holder[Name];
        set
        {
            if (Name is null)
            {
                Holder[Index] = value;
            }
            else
            {
                Holder[Name] = value;
            }
        }
    }

    /// <summary>Every value below a node.</summary>
    public static IEnumerable<JsonPlace> Below(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => Below(member.Value).Prepend(new JsonPlace(node, member.Key, 0))),
        JsonArray list => list.SelectMany((element, index) => Below(element).Prepend(new JsonPlace(node, null, index))),
        _ => [],
    };

    public void Remove()
    {
        if (Name is null)
        {
            Holder.AsArray().RemoveAt(Index);
        }
        else
        {
            Holder.AsObject().Remove(Name);
        }
    }
}
