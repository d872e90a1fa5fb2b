using System.Text.Json;
using GradService.Domain.Catalog;
using GradService.Domain.Networks;

namespace GradService.Api.Wire.Reading;

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

            return reader.TokenType == JsonTokenType.PropertyName && (JsonText.Is(ref reader, "id") || JsonText.Is(ref reader, "name")) ? typeof(NetworkReference) : typeof(NetworkSpec);
        }
        catch (JsonException)
        {
            // Whoever reads it comes upon that too, and says where.
            return typeof(NetworkSpec);
        }
    }
}
