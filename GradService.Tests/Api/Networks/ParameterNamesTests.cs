using System.Net;
using System.Text.Json.Nodes;
using GradService.Tests.Api.Wire.Arrays;

namespace GradService.Tests.Api.Networks;

/// <summary>The part "names" of an upload: what tensors of the file are called in the network.</summary>
public sealed class ParameterNamesTests(GradApplication application) : IClassFixture<GradApplication>
{
    [Fact]
    public async Task Tensors_get_the_names_of_the_network_their_counters_too_and_what_is_left_out_keeps_its_own()
    {
        using var client = application.CreateClient();
        var expected = await UploadAsync(client, SafetensorsFile.OfPyTorch, null);
        var renamed = Renamed(("0.weight", "stem.conv.weight"), ("1.running_mean", "stem.bn.mean"), ("1.num_batches_tracked", "stem.bn.batches"));
        var mapped = await UploadAsync(client, renamed,
            """{ "stem.conv.weight": "0.weight", "stem.bn.mean": "1.running_mean", "stem.bn.batches": "1.num_batches_tracked", "0.bias": "0.bias" }""");
        Assert.Equal((HttpStatusCode.OK, (string)expected.Body["id"]!), (mapped.Status, (string?)mapped.Body["id"]));
    }

    [Fact]
    public async Task Two_tensors_may_change_places()
    {
        using var client = application.CreateClient();
        var expected = await UploadAsync(client, SafetensorsFile.OfPyTorch, null);
        var (status, body) = await UploadAsync(client, Renamed(("0.bias", "x"), ("1.bias", "0.bias"), ("x", "1.bias")),
            """{ "0.bias": "1.bias", "1.bias": "0.bias" }""");
        Assert.Equal((HttpStatusCode.OK, (string)expected.Body["id"]!), (status, (string?)body["id"]));
    }

    [Theory]
    [InlineData("", HttpStatusCode.OK)]
    [InlineData("{}", HttpStatusCode.OK)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    [InlineData("{", HttpStatusCode.BadRequest)]
    [InlineData("{} {}", HttpStatusCode.BadRequest)]
    public async Task Nothing_filled_in_names_nothing_and_what_is_no_object_is_refused(string names, HttpStatusCode expected)
    {
        using var client = application.CreateClient();
        await UploadAsync(client, SafetensorsFile.OfPyTorch, null);
        var (status, body) = await UploadAsync(client, SafetensorsFile.OfPyTorch, names);
        Assert.Equal(expected, status);
        Assert.True(expected == HttpStatusCode.OK || body["errors"]!["names"] is not null, body.ToJsonString());
    }

    [Theory]
    [InlineData("""{ "0.weigth": "0.weight" }""", "names['0.weigth']", "Expected the name of a tensor of the file, got '0.weigth'. Did you mean '0.weight'?")]
    [InlineData("""{ "0.weight": "3.weight" }""", "names['0.weight']",
        "Expected the name of a parameter of the network, as in PyTorch's state_dict, got '3.weight'. Did you mean")]
    [InlineData("""{ "0.bias": "1.bias" }""", "names['0.bias']", "Expected a name that no other tensor of the file has or gets, got '1.bias'.")]
    [InlineData("""{ "0.bias": "1.weight", "1.bias": "1.weight" }""", "names['1.bias']",
        "Expected a name that no other tensor of the file has or gets, got '1.weight'.")]
    [InlineData("""{ "0.bias": 3 }""", "names['0.bias']", "Expected the name of a parameter of the network, got 3.")]
    [InlineData("""{ "0.bias": "0.bias", "0.bias": "1.bias" }""", "names['0.bias']", "Expected each name once, got it again.")]
    public async Task A_name_that_leads_nowhere_or_where_another_is_is_refused_by_its_path(string names, string path, string message)
    {
        using var client = application.CreateClient();
        var (status, body) = await UploadAsync(client, SafetensorsFile.OfPyTorch, names);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith(message, (string)body["errors"]![path]![0]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_without_a_file_are_names_of_nothing()
    {
        using var client = application.CreateClient();
        var (status, body) = await UploadAsync(client, null, """{ "a": "0.weight" }""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("Expected a part parameters, whose tensors these are, got none.", (string)body["errors"]!["names"]![0]!);
    }

    private static async Task<(HttpStatusCode Status, JsonNode Body)> UploadAsync(HttpClient client, byte[]? file, string? names)
    {
        var form = NetworkRequests.Form(SafetensorsFile.SpecOfPyTorch, file);
        if (names is not null)
        {
            form.Add(NetworkRequests.Json(names), "names");
        }

        return await client.PostNetworkAsync(form);
    }

    /// <summary>The file of PyTorch with other names, one after another.</summary>
    private static byte[] Renamed(params (string From, string To)[] names)
    {
        var file = SafetensorsFile.OfPyTorch;
        var length = (int)BitConverter.ToUInt64(file);
        var header = System.Text.Encoding.UTF8.GetString(file, 8, length);
        foreach (var (from, to) in names)
        {
            header = header.Replace($"\"{from}\":", $"\"{to}\":", StringComparison.Ordinal);
        }

        return SafetensorsFile.Of(header, file[(8 + length)..]);
    }
}
