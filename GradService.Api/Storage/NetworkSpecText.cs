using System.Text;
using System.Text.Json;
using GradService.Api.Wire.Reading;
using GradService.Api.Wire.Writing;
using GradService.Domain.Faults;
using GradService.Domain.Networks;

namespace GradService.Api.Storage;

/// <summary>A spec without its numbers as the text that is stored: what a request would say.</summary>
internal static class NetworkSpecText
{
    public static string Of(NetworkSpec spec) => JsonSerializer.Serialize(spec with { Seed = null, Parameters = null }, JsonServices.Options);

    /// <exception cref="StorageUnavailableException">The text is not what was stored.</exception>
    public static NetworkSpec Read(string text)
    {
        try
        {
            return RequestReader.Read<NetworkSpec>(Encoding.UTF8.GetBytes(text));
        }
        catch (FaultException damage)
        {
            throw new StorageUnavailableException(
                "The layers of a stored network are not what was stored: the database is damaged. Whoever runs the service can restore it from a backup; "
                    + "storing the same network again repairs it.", StorageUnavailableException.Damaged, damage);
        }
    }
}
