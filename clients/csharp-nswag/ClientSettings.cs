using System.Text.Json;
using System.Text.Json.Serialization;

namespace GradService.Client;

/// <summary>What is absent is not written, and figures that JSON has no number for are read.</summary>
public partial class GradServiceClient
{
    static partial void UpdateJsonSerializerSettings(JsonSerializerOptions settings)
    {
        settings.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        settings.NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals;
    }
}
