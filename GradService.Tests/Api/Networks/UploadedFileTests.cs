using System.Net;
using GradService.Tests.Api.Wire.Arrays;

namespace GradService.Tests.Api.Networks;

/// <summary>An uploaded file is on the disk for as long as it is needed, and keeps nobody from computing while it comes.</summary>
[Trait("Lane", "Slow")]
public sealed class UploadedFileTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    private string Incoming => Path.Combine(_folder.Path, "incoming");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Nothing_is_left_of_a_file_that_was_stored_or_refused()
    {
        await using var application = Application();
        using var client = application.CreateClient();
        Assert.Equal(HttpStatusCode.Created,
            (await client.PostNetworkAsync(NetworkRequests.Form(SafetensorsFile.SpecOfPyTorch, SafetensorsFile.OfPyTorch))).Status);
        Assert.Equal(HttpStatusCode.OK,
            (await client.PostNetworkAsync(NetworkRequests.Form(SafetensorsFile.SpecOfPyTorch, SafetensorsFile.OfPyTorch))).Status);
        Assert.Equal(HttpStatusCode.BadRequest,
            (await client.PostNetworkAsync(NetworkRequests.Form(NetworkRequests.Spec(1), SafetensorsFile.OfPyTorch))).Status);
        Assert.Equal(HttpStatusCode.BadRequest,
            (await client.PostNetworkAsync(NetworkRequests.Form(SafetensorsFile.SpecOfPyTorch, new byte[3_000]))).Status);
        Assert.Empty(Directory.GetFiles(Incoming));
    }

    /// <summary>One thread computes, one request may wait, and an upload that has stopped takes neither; when its caller goes, its file does.</summary>
    [Fact]
    public async Task An_upload_that_stalls_holds_no_thread_and_one_that_is_broken_off_leaves_no_file()
    {
        await using var application = Application(("Limits:ComputeThreads", "1"), ("Limits:QueueLength", "1"));
        application.Listen();
        using var client = application.CreateClient();
        using (var connection = await RawConnection.OpenAsync(client.BaseAddress!))
        {
            await connection.SendAsync(string.Join("\r\n",
                "POST /v1/networks/upload HTTP/1.1", "Host: 127.0.0.1", "Content-Type: multipart/form-data; boundary=x", "Content-Length: 900000", "",
                "--x", "Content-Disposition: form-data; name=parameters; filename=a", "", new string('a', 300_000)));
            await UntilAsync(() => Directory.Exists(Incoming) && Directory.GetFiles(Incoming).Length == 1);
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(HttpStatusCode.OK, (await application.PostAsync("/v1/forward",
                    """{ "network": { "inputShape": [1], "layers": [{ "type": "tanh" }] }, "inputs": [[0]] }""")).Status);
            }

            Assert.Single(Directory.GetFiles(Incoming));
        }

        await UntilAsync(() => Directory.GetFiles(Incoming).Length == 0);
    }

    /// <summary>A file of 400,000 bytes at 100,000 bytes in each half of the time that a body has.</summary>
    [Fact]
    public async Task A_large_file_has_as_long_for_each_part_of_it_as_a_body_has()
    {
        await using var application = Application(("Limits:MaxRequestBytes", "100000"), ("Connections:RequestBodyTimeoutSeconds", "2"));
        application.Listen();
        using var client = application.CreateClient();
        using var connection = await RawConnection.OpenAsync(client.BaseAddress!);
        var form = string.Join("\r\n", "--x", "Content-Disposition: form-data; name=parameters; filename=a", "", new string('a', 400_000), "--x--", "");
        await connection.SendAsync(string.Join("\r\n", "POST /v1/networks/upload HTTP/1.0", "Host: 127.0.0.1",
            "Content-Type: multipart/form-data; boundary=x", $"Content-Length: {form.Length}", "", ""));
        foreach (var part in form.Chunk(101_000))
        {
            await connection.SendAsync(new string(part));
            await Task.Delay(1_000);
        }

        // All of it came: what is wrong is what it says.
        Assert.Contains("a part with the network's spec", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_files_at_once_are_two_networks()
    {
        await using var application = Application();
        using var client = application.CreateClient();
        var uploads = await Task.WhenAll(Enumerable.Range(0, 4).Select(async number =>
        {
            var file = SafetensorsFile.Of("""{"0.weight":{"dtype":"F32","shape":[30000,1],"data_offsets":[0,120000]}}""",
                SafetensorsFile.Floats([.. Enumerable.Range(0, 30_000).Select(i => (float)(i + (number / 2)))]));
            return await client.PostNetworkAsync(
                NetworkRequests.Form("""{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 30000, "bias": false }] }""", file));
        }));
        Assert.All(uploads, upload => Assert.True(upload.Status is HttpStatusCode.Created or HttpStatusCode.OK, upload.Body.ToJsonString()));
        Assert.Equal(2, uploads.Select(upload => (string)upload.Body["id"]!).Distinct().Count());
        Assert.Empty(Directory.GetFiles(Incoming));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(20, patience.Token);
        }
    }

    private GradApplication Application(params IReadOnlyList<(string, string)> settings) =>
        new() { Settings = [("Storage:Folder", _folder.Path), .. settings] };
}
