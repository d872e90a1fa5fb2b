using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using GradService.Api.Serving.Budget;
using GradService.Api.Storage;
using GradService.Tests.Api.Networks;
using GradService.Tests.Api.Wire.Arrays;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Api.Serving.Bodies;

/// <summary>Forms with files come in by the same door as every body: counted, timed, and bounded on the disk while they come.</summary>
[Trait("Lane", "Slow")]
public sealed class CountedUploadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static MultipartFormDataContent Sound => NetworkRequests.Form(SafetensorsFile.SpecOfPyTorch, SafetensorsFile.OfPyTorch);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task While_others_hold_all_bytes_an_upload_is_503_and_told_when_to_come_again()
    {
        await using var application = Application(("Limits:MaxBufferedBytes", "1000000"));
        var budget = application.Services.GetRequiredService<BufferBudget>();
        using var client = application.CreateClient();
        using (var others = new BufferedBytes(budget))
        {
            others.Set(1_000_000);
            var answer = await ProblemAnswer.PostAsync(application, "/v1/networks", Sound);
            Assert.Equal((503, true), (answer.Status, answer.Headers.RetryAfter is not null));
            Assert.Contains("(limit MaxBufferedBytes)", answer.Detail, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.Created, (await client.PostNetworkAsync(Sound)).Status);
        await UntilNothingIsLeftAsync(budget);
    }

    [Fact]
    public async Task What_the_spec_of_an_upload_alone_would_hold_beyond_all_is_413()
    {
        await using var application = Application(("Limits:MaxBufferedBytes", "1000000"));
        var network = $$"""{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 2 }]{{new string(' ', 600_000)}} }""";
        var answer = await ProblemAnswer.PostAsync(application, "/v1/networks", NetworkRequests.Form(network, null));
        answer.AssertSays(413, "$",
            "Expected at most 1000000 bytes of bodies, arrays and answers at once, for all requests together (limit MaxBufferedBytes), got…");
        await UntilNothingIsLeftAsync(application.Services.GetRequiredService<BufferBudget>());
    }

    /// <summary>1.2 million bytes: there is an array for none of its parameters.</summary>
    [Fact]
    public async Task The_file_of_an_upload_is_on_the_disk_and_counts_as_nothing()
    {
        await using var application = Application(("Limits:MaxBufferedBytes", "1000000"));
        using var client = application.CreateClient();
        const int Wide = 300_000;
        var header = string.Create(CultureInfo.InvariantCulture, $$"""{"0.weight":{"dtype":"F32","shape":[{{Wide}},1],"data_offsets":[0,{{4 * Wide}}]} }""");
        var (status, body) = await client.PostNetworkAsync(NetworkRequests.Form(
            $$"""{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": {{Wide}}, "bias": false }] }""",
            SafetensorsFile.Of(header, new byte[4 * Wide])));
        Assert.True(status == HttpStatusCode.Created, body.ToJsonString());
        await UntilNothingIsLeftAsync(application.Services.GetRequiredService<BufferBudget>());
    }

    [Fact]
    public async Task A_form_that_never_ends_is_408()
    {
        var (service, address) = await ServiceProcess.ListeningAsync("--Connections:RequestBodyTimeoutSeconds=2");
        using (service)
        {
            using var connection = await RawConnection.OpenAsync(address);
            await connection.SendAsync(
                "POST /v1/networks HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 100000\r\n\r\n"
                    + "--x\r\nContent-Disposition: form-data; name=parameters\r\n\r\nsome of it");
            Assert.StartsWith("HTTP/1.1 408 ", await connection.ReadToEndAsync(), StringComparison.Ordinal);
        }
    }

    /// <summary>It is refused when the room is used up, and what is wrong with the rest of it nobody gets to know.</summary>
    [Fact]
    public async Task A_file_beyond_the_room_for_networks_is_507_while_it_comes_and_leaves_nothing()
    {
        await using var application = Application(("Storage:MaxStoredBytes", "8192"));
        var refusal = await ProblemAnswer.PostAsync(application, "/v1/networks", NetworkRequests.Form(SafetensorsFile.SpecOfPyTorch, new byte[5_000_000]));
        Assert.Equal((507, true), (refusal.Status, refusal.Detail.Contains("(limit MaxStoredBytes)", StringComparison.Ordinal)));
        await UntilNothingIsLeftAsync(application.Services.GetRequiredService<BufferBudget>());
        using var client = application.CreateClient();
        Assert.Equal(HttpStatusCode.Created, (await client.PostNetworkAsync(Sound)).Status);
    }

    [Fact]
    public async Task All_files_on_their_way_in_share_the_room_beside_what_is_stored()
    {
        await using var application = Application(("Storage:MaxStoredBytes", "8192"));
        using var client = application.CreateClient();
        await client.StoreAsync(NetworkRequests.Spec(1));
        using (var other = application.Services.GetRequiredService<NetworkStore>().Receive())
        {
            other.Reserve(4_000);
            Assert.Equal(507, (await ProblemAnswer.PostAsync(application, "/v1/networks", Sound)).Status);
        }

        Assert.Equal(HttpStatusCode.Created, (await client.PostNetworkAsync(Sound)).Status);
    }

    [Fact]
    public async Task A_caller_who_goes_away_in_the_middle_of_a_file_leaves_nothing()
    {
        var (service, address) = await ServiceProcess.ListeningAsync($"--Storage:Folder={_folder.Path}");
        using (service)
        {
            using (var connection = await RawConnection.OpenAsync(address))
            {
                await connection.SendAsync(
                    "POST /v1/networks HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 10000000\r\n\r\n"
                        + "--x\r\nContent-Disposition: form-data; name=parameters\r\n\r\n" + new string('x', 1_000_000));
                while (Incoming().Length == 0)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(10));
                }
            }

            while (Incoming().Length > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10));
            }
        }
    }

    [Fact]
    public async Task The_arrays_of_stored_parameters_count_while_they_are_sent()
    {
        await using var application = Application(("Limits:MaxBufferedBytes", "1000000"));
        using var client = application.CreateClient();
        var id = await client.StoreAsync(NetworkRequests.Spec(1));
        using (var others = new BufferedBytes(application.Services.GetRequiredService<BufferBudget>()))
        {
            others.Set(999_990);
            foreach (var media in new[] { "application/json", "application/x-npz" })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/networks/{id}/parameters")
                {
                    Headers = { Accept = { new MediaTypeWithQualityHeaderValue(media) } },
                };
                Assert.Equal(503, (await ProblemAnswer.OfAsync(await client.SendAsync(request))).Status);
            }

            // A file goes out as it is.
            Assert.NotEmpty(await client.ParametersAsync(id, "application/vnd.safetensors"));
        }

        Assert.NotEmpty(await client.ParametersAsync(id, "application/x-npz"));
    }

    private string[] Incoming() => Directory.Exists(Path.Combine(_folder.Path, "incoming")) ? Directory.GetFiles(Path.Combine(_folder.Path, "incoming")) : [];

    private GradApplication Application(params IReadOnlyList<(string, string)> settings) =>
        new() { Settings = [("Storage:Folder", _folder.Path), .. settings] };

    private async Task UntilNothingIsLeftAsync(BufferBudget budget)
    {
        // The caller may have the answer before the request has ended.
        while (budget.Held != 0)
        {
            await Task.Yield();
        }

        Assert.Empty(Incoming());
    }
}
