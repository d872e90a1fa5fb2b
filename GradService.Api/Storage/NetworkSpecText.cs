using System.Text;
using System.Text.Json;
using GradService.Api.Requests;
using GradService.Domain.Networks;

namespace GradService.Api.Storage;

/// <summary>A spec without its numbers as the text that is stored: what a request would say.</summary>
internal static class NetworkSpecText
{
    public static string Of(NetworkSpec spec) => JsonSerializer.Serialize(spec with { Seed = null, Parameters = null }, JsonServices.Options);

    public static NetworkSpec Read(string text) => RequestReader.Read<NetworkSpec>(Encoding.UTF8.GetBytes(text));
}
