using System.Net;
using System.Text.Json.Nodes;

namespace GradService.Fuzz.Mutations;

/// <summary>The network that good requests refer to. All its numbers are given, hence its id is the same on every machine.</summary>
internal static class ServedNetwork
{
    public const string Name = "wide";
    public const string Id = "4ef1149d17391b6d87a5bb72c0d48e45bc7acb345d8eac11884d5c57e47c8e59";

    private static readonly string Storing = $"networks.{Name}";

    /// <summary>Stores it, and every other network that a good request stores: where there is no more room later, these are there.</summary>
    /// <exception cref="InvalidOperationException">One is not taken, or it has another id.</exception>
    public static async Task StoreAsync(HttpClient client)
    {
        await WhenOpenedAsync(client);

        // Others are made of it.
        foreach (var good in GoodRequest.All.Where(good => good.Path == "/v1/networks").OrderBy(good => good.Name != Storing))
        {
            using var message = good.Unbroken.ToMessage();
            using var response = await client.SendAsync(message);
            var answer = await response.Content.ReadAsStringAsync();
            if (!response.IsSuccessStatusCode || (good.Name == Storing && (string?)JsonNode.Parse(answer)!["id"] != Id))
            {
                throw new InvalidOperationException($"{good.Name} should be stored, that of '{Name}' with the id {Id}: {answer}");
            }
        }
    }

    /// <summary>The folder of a service that has just been started is opened while it answers already.</summary>
    private static async Task WhenOpenedAsync(HttpClient client)
    {
        for (var tries = 0; tries < 300; tries++)
        {
            using var response = await client.GetAsync(new Uri("/v1/networks", UriKind.Relative));
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }
}
