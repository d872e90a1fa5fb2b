using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using GradService.Tests.Api.Wire.Arrays;
using GradService.Tests.Docs;
using GradService.Tests.Problems;

namespace GradService.Tests.Api.Networks;

/// <summary>Parameters come in as a safetensors file, and go out in three forms.</summary>
[Trait("Lane", "Slow")]
public sealed class UploadTests : IClassFixture<UploadTests.SmallApplication>, IDisposable
{
    private readonly HttpClient _client;
    private readonly SmallApplication _application;

    public UploadTests(SmallApplication application) => (_application, _client) = (application, application.CreateClient());

    /// <summary>One that takes small bodies and files alone.</summary>
    public sealed class SmallApplication : GradApplication
    {
        public SmallApplication() => Settings = [("Limits:MaxRequestBytes", "100000"), ("Limits:MaxUploadBytes", "150000")];
    }

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task What_PyTorch_saves_uploads_unchanged_with_running_statistics_and_their_counter()
    {
        var (status, body) = await _client.PostNetworkAsync(NetworkRequests.Form(SafetensorsFile.SpecOfPyTorch, SafetensorsFile.OfPyTorch, "from-pytorch"));
        Assert.True(status == HttpStatusCode.Created, body.ToJsonString());
        Assert.Equal("from-pytorch", (string)body["name"]!);
        var parameters = await _client.GetJsonAsync($"/v1/networks/{body["id"]}/parameters");
        Assert.Equal(
            """{"0.weight":[[1.5],[-2]],"0.bias":[0.5,-0.25],"1.weight":[1,0.75],"1.bias":[0,"""
                + """0.125],"1.running_mean":[0.1,0.2],"1.running_var":[0.9,1.1],"1.num_batches_tracked":3}""",
            parameters.ToJsonString());

        // The same by JSON is the same network.
        Assert.Equal((string)body["id"]!,
            await _client.StoreAsync(
                SafetensorsFile.SpecOfPyTorch.Replace(" }] }", $" }}], \"parameters\": {parameters.ToJsonString()} }}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Parts_may_come_in_any_order_and_missing_parameters_are_drawn_where_there_is_a_seed()
    {
        using var form = NetworkRequests.Form(null, SafetensorsFile.Of("""{"0.bias":{"dtype":"F64","shape":[2],"data_offsets":[0,16]}}""",
            [.. BitConverter.GetBytes(0.5), .. BitConverter.GetBytes(-0.25)]));
        form.Add(NetworkRequests.Json(SafetensorsFile.SpecOfPyTorch.Replace("}] }", "}], \"seed\": 4 }", StringComparison.Ordinal)), "network");
        var (status, body) = await _client.PostNetworkAsync(form);
        Assert.True(status == HttpStatusCode.Created, body.ToJsonString());
        Assert.Equal("[0.5,-0.25]", (await _client.GetJsonAsync($"/v1/networks/{body["id"]}/parameters"))["0.bias"]!.ToJsonString());
    }

    [Fact]
    public async Task What_goes_out_as_safetensors_comes_in_as_the_same_network()
    {
        var id = await _client.StoreAsync(NetworkRequests.Spec(3));
        var file = await _client.ParametersAsync(id, "application/vnd.safetensors");
        var (status, body) = await _client.PostNetworkAsync(
            NetworkRequests.Form(NetworkRequests.Spec(3).Replace("\"seed\": 3", "\"dtype\": \"float32\"", StringComparison.Ordinal), file));
        Assert.Equal((HttpStatusCode.OK, id), (status, (string)body["id"]!));
    }

    [FactNeedsNumPy]
    public async Task Numpy_loads_what_goes_out_as_npz()
    {
        var id = await _client.StoreAsync(NetworkRequests.Spec(3));
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        var path = Path.Combine(folder.Path, "parameters.npz");
        await File.WriteAllBytesAsync(path, await _client.ParametersAsync(id, "application/x-npz"));
        var said = await Tool.NumPy.RunAsync("-c",
            $"import numpy as np, json; f = np.load('{path}'); print(json.dumps({{k: f[k].tolist() for k in f.files}})); "
                + "print(f['2.num_batches_tracked'].dtype, f['0.weight'].dtype)");
        var lines = said.Trim().Split('\n');
        var json = await _client.GetJsonAsync($"/v1/networks/{id}/parameters");
        Assert.Equal("int64 float32", lines[1]);
        var loaded = JsonNode.Parse(lines[0])!.AsObject();
        Assert.Equal(json.AsObject().Select(pair => pair.Key), loaded.Select(pair => pair.Key));
        Assert.Equal((float)json["0.weight"]![0]![0]!, (float)loaded["0.weight"]![0]![0]!);
    }

    [Fact]
    public async Task Who_takes_no_form_of_the_parameters_is_told_which_there_are()
    {
        var id = await _client.StoreAsync(NetworkRequests.Spec(3));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/networks/{id}/parameters") { Headers = { { "Accept", "text/csv" } } };
        var refusal = await ProblemAnswer.OfAsync(await _client.SendAsync(request));
        Assert.Equal((406, true), (refusal.Status, refusal.Detail.Contains("application/vnd.safetensors", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Fields_that_nobody_has_filled_in_are_sent_empty_by_browsers_and_count_as_absent()
    {
        var id = await _client.StoreAsync(NetworkRequests.Spec(3));
        using var form = NetworkRequests.Form(NetworkRequests.Spec(3), null, name: "");
        form.Add(new ByteArrayContent([]), "parameters");
        var (status, body) = await _client.PostNetworkAsync(form);
        Assert.Equal((HttpStatusCode.OK, id, null), (status, (string)body["id"]!, body["name"]));
    }

    public static TheoryData<string?, string?, string, string> Unsound { get; } = new()
    {
        { null, "sound", "network", "Expected a part with the network's spec in JSON, got nothing." },
        { "{", null, "network", "Expected well-formed JSON…" },
        { """{ "inputShape": [1], "layers": [{ "type": "linaer" }] }""", null, "network.layers[0].type", "Expected the name of a layer, got 'linaer'…" },
        { SafetensorsFile.SpecOfPyTorch, "short", "parameters", "Expected a safetensors file, got 3 bytes." },
        { SafetensorsFile.SpecOfPyTorch, "empty", "parameters", "Expected a safetensors file, got 0 bytes." },
        { SafetensorsFile.SpecOfPyTorch.Replace("2 }", "3 }", StringComparison.Ordinal), "sound", "network.parameters['0.bias']",
            "Expected shape [3], got shape [2]." },
        { """{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 1 }], "parameters": { "0.weight": [[1]], "0.bias": [1] } }""", "sound",
            "network.parameters", "Expected parameters in one place…" },
    };

    [Theory]
    [MemberData(nameof(Unsound))]
    public async Task A_form_that_says_something_wrong_is_refused_by_its_path(string? network, string? parameters, string path, string message)
    {
        var refusal = await ProblemAnswer.PostAsync(_application, "/v1/networks",
            NetworkRequests.Form(network, parameters switch { "sound" => SafetensorsFile.OfPyTorch, "short" => [1, 2, 3], "empty" => [], _ => null }));
        Assert.Equal(400, refusal.Status);
        var got = refusal.Errors[path][0];
        Assert.True(message.EndsWith('…') ? got.StartsWith(message[..^1], StringComparison.Ordinal) : got == message, got);
    }

    [Theory]
    [InlineData("multipart/form-data", "", "a boundary")]
    [InlineData("multipart/form-data; boundary=x", "nothing of the kind", "a sound form")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=network\r\n\r\n{ \"inputShape\"", "a sound form")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=other\r\n\r\n1\r\n--x--",
        "the parts network, parameters, names and name, each once, got 'other'")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\n\r\n1\r\n--x--", "got a part without name")]
    [InlineData("multipart/form-data; boundary=x",
        "--x\r\nContent-Disposition: form-data; name=name\r\n\r\na\r\n--x\r\nContent-Disposition: form-data; name=name\r\n\r\nb\r\n--x--", "the part once")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nno header\r\n\r\n1\r\n--x--", "a sound form")]
    public async Task A_body_that_is_no_sound_form_is_refused(string type, string body, string words)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        var refusal = await ProblemAnswer.PostAsync(_application, "/v1/networks", content);
        Assert.Equal(400, refusal.Status);
        Assert.Contains(words, refusal.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_form_over_the_limit_is_refused_whether_its_length_is_told_or_not(bool told)
    {
        using var form = NetworkRequests.Form(SafetensorsFile.SpecOfPyTorch, new byte[260_000]);
        HttpContent content = told ? new ByteArrayContent(await form.ReadAsByteArrayAsync()) : new StreamContent(new Untold(await form.ReadAsStreamAsync()));
        content.Headers.ContentType = form.Headers.ContentType;
        var refusal = await ProblemAnswer.PostAsync(_application, "/v1/networks", content);
        Assert.Equal(413, refusal.Status);
        Assert.Contains("a file of at most 150000 bytes (limit MaxUploadBytes)", refusal.Detail, StringComparison.Ordinal);
        Assert.Contains("half precision", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_comes_beside_the_file_is_bounded_as_any_other_body()
    {
        var refusal = await ProblemAnswer.PostAsync(_application, "/v1/networks",
            NetworkRequests.Form(SafetensorsFile.SpecOfPyTorch + new string(' ', 100_001), SafetensorsFile.OfPyTorch));
        Assert.Equal(413, refusal.Status);
        Assert.Contains("(limit MaxRequestBytes)", refusal.Detail, StringComparison.Ordinal);
    }

    /// <summary>28,000 numbers of 4 bytes, which are more than a body in JSON may have.</summary>
    [Fact]
    public async Task A_file_larger_than_other_bodies_may_be_is_stored_under_the_id_that_its_content_has()
    {
        const string Layers = """{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 14000 }]""";
        var id = await _client.StoreAsync($"{Layers}, \"seed\": 5 }}");
        var file = await _client.ParametersAsync(id, "application/vnd.safetensors");
        Assert.InRange(file.Length, 100_001, 150_000);
        (await _client.DeleteAsync($"/v1/networks/{id}")).Dispose();
        var (status, body) = await _client.PostNetworkAsync(NetworkRequests.Form($"{Layers} }}", file));
        Assert.Equal((HttpStatusCode.Created, id), (status, (string)body["id"]!));
        Assert.Equal(file, await _client.ParametersAsync(id, "application/vnd.safetensors"));
        Assert.Equal(HttpStatusCode.OK, (await _application.PostAsync("/v1/forward", $$"""{ "network": { "id": "{{id}}" }, "inputs": [[1]] }""")).Status);
    }

    /// <summary>More numbers than are read at once, and a rest; each is one that all types have.</summary>
    [Theory]
    [InlineData("F64", "float32")]
    [InlineData("F32", "float64")]
    [InlineData("F16", "float32")]
    [InlineData("F16", "float64")]
    [InlineData("BF16", "float32")]
    public async Task Numbers_of_another_precision_make_the_network_that_they_make_in_JSON(string type, string dtype)
    {
        const int Count = 8_192 + 77;
        var values = Enumerable.Range(0, Count).Select(i => (i % 15) - 7.5).ToList();
        var bytes = values.SelectMany(value => type switch
        {
            "F64" => BitConverter.GetBytes(value),
            "F32" => BitConverter.GetBytes((float)value),
            "F16" => BitConverter.GetBytes((Half)value),
            _ => BitConverter.GetBytes((float)value)[2..],
        }).ToArray();
        var spec = $$"""{ "inputShape": [1], "dtype": "{{dtype}}", "layers": [{ "type": "linear", "outFeatures": {{Count}}, "bias": false }]""";
        var numbers = string.Join(",", values.Select(value => string.Create(CultureInfo.InvariantCulture, $"[{value}]")));
        var expected = await _client.StoreAsync($$"""{{spec}}, "parameters": { "0.weight": [{{numbers}}] } }""");
        var (status, body) = await _client.PostNetworkAsync(NetworkRequests.Form($"{spec} }}", SafetensorsFile.Of(
            $$$"""{"0.weight":{"dtype":"{{{type}}}","shape":[{{{Count}}},1],"data_offsets":[0,{{{bytes.Length}}}]}}""", bytes)));
        Assert.Equal((HttpStatusCode.OK, expected), (status, (string?)body["id"]));
    }

    [Fact]
    public async Task A_number_beyond_single_precision_is_named_by_its_place()
    {
        var values = new double[9_000];
        values[8_500] = 1e300;
        var refusal = await ProblemAnswer.PostAsync(_application, "/v1/networks", NetworkRequests.Form(
            """{ "inputShape": [3], "layers": [{ "type": "linear", "outFeatures": 3000, "bias": false }] }""",
            SafetensorsFile.Of("""{"0.weight":{"dtype":"F64","shape":[3000,3],"data_offsets":[0,72000]}}""", [.. values.SelectMany(BitConverter.GetBytes)])));
        refusal.AssertSays(400, "network.parameters['0.weight'][2833][1]", "Expected a number within float32's range, got 1E+300. Use dtype float64.");
    }

    [Theory]
    [InlineData("/v1/networks", "text/plain")]
    [InlineData("/v1/networks/upload", "text/plain")]
    [InlineData("/v1/networks/upload", "application/json")]
    [InlineData("/v1/networks/upload", null)]
    public async Task Another_type_of_body_is_refused(string path, string? type)
    {
        using var content = new ByteArrayContent("{}"u8.ToArray()) { Headers = { ContentType = type is null ? null : new MediaTypeHeaderValue(type) } };
        Assert.Equal(415, (await ProblemAnswer.PostAsync(_application, path, content)).Status);
    }

    [Fact]
    public async Task A_form_has_a_path_of_its_own_beside_that_of_JSON()
    {
        var id = await _client.StoreAsync(NetworkRequests.Spec(3));
        var file = await _client.ParametersAsync(id, "application/vnd.safetensors");
        using var form = NetworkRequests.Form(NetworkRequests.Spec(3).Replace("\"seed\": 3", "\"dtype\": \"float32\"", StringComparison.Ordinal), file);
        using var answer = await _client.PostAsync("/v1/networks/upload", form);
        Assert.Equal((HttpStatusCode.OK, id), (answer.StatusCode, (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["id"]!));
    }

    /// <summary>Ten thousand files, the same every time, each broken in a way that no reader may accept: not one is stored.</summary>
    [Fact]
    public async Task Ten_thousand_malformed_files_are_refused()
    {
        await Parallel.ForAsync(0, RandomCases.Count(10_000), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (seed, _) =>
        {
            var file = SafetensorsMutations.Of(SafetensorsFile.OfPyTorch, seed);
            var (status, body) = await _client.PostNetworkAsync(NetworkRequests.Form(SafetensorsFile.SpecOfPyTorch, file, "malformed"));
            Assert.True(status == HttpStatusCode.BadRequest,
                string.Create(CultureInfo.InvariantCulture, $"mutation {seed}: {status} {body} {Convert.ToBase64String(file)}"));
        });
        using var name = await _client.GetAsync("/v1/names/malformed");
        Assert.Equal(HttpStatusCode.NotFound, name.StatusCode);
    }

    /// <summary>A stream that does not say how long it is.</summary>
    private sealed class Untold(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
