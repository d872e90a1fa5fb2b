using System.Text.Json;
using GradService.Domain.Catalog;
using GradService.Domain.Networks;

namespace GradService.Api.Requests;

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

        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            if (JsonText.Is(ref reader, "id") || JsonText.Is(ref reader, "name"))
            {
                return typeof(NetworkReference);
            }

            reader.Skip();
        }

        return typeof(NetworkSpec);
    }
}
