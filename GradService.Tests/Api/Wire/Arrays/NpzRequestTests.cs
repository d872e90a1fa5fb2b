using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Tests.Problems;

namespace GradService.Tests.Api.Wire.Arrays;

/// <summary>Archives that are not what they should be.</summary>
public sealed class NpzRequestTests(NpzRequestTests.SmallApplication application) : IClassFixture<NpzRequestTests.SmallApplication>
{
    private const string Zip = "Expected a sound zip archive, stored or deflated, in one part, got one that is not…";
    private static readonly string Request = GoodRequests.Forward().Without("inputs").ToJsonString();
    private static readonly byte[] Inputs = Npy("'<f4'", "(3, 1)", 12);

    public sealed class SmallApplication : GradApplication
    {
        public SmallApplication() => Settings = [("Limits:MaxRequestBytes", "20000")];
    }

    public static TheoryData<byte[], string, string> WrongArrays { get; } = new()
    {
        { [], "inputs.npy", "Expected an array in NumPy's format .npy, got something else." },
        { Encoding.ASCII.GetBytes("NUMPY is not how it begins"), "inputs.npy", "Expected an array in NumPy's format .npy, got something else." },
        { Npy("'<f4'", "(3, 1)", 11), "inputs.npy", "Expected 12 bytes of numbers, as shape [3, 1] of '<f4' has, got 11." },
        { Npy("'<f4'", "(3, 1)", 13), "inputs.npy", "Expected 12 bytes of numbers, as shape [3, 1] of '<f4' has, got 13." },
        { Npy("'<f4'", "(4294967296, 4294967296)", 0), "inputs.npy",
            "Expected far more bytes of numbers, as shape [4294967296, 4294967296] of '<f4' has, got 0." },
        { Npy("'<f4'", "(99999999999999999999,)", 0), "inputs.npy", "Expected a shape of at most 10 sizes of at least 0, got (99999999999999999999,)." },
        { Npy("'<f4'", "(9223372036854775808, 1)", 0), "inputs.npy", "Expected a shape of at most 10 sizes of at least 0, got (9223372036854775808, 1)." },
        { Npy("'<f4'", "(0, 1)", 0), "inputs", "Expected at least one sample, got an empty array." },
        { Npy("'<f4'", "(3, 2)", 12, order: "True"), "inputs.npy", "Expected 24 bytes of numbers, as shape [3, 2] of '<f4' has, got 12." },
        { Npy("'<f4'", "(3, 1)", 13, order: "True"), "inputs.npy", "Expected 12 bytes of numbers, as shape [3, 1] of '<f4' has, got 13." },
        { Npy("'<f4'", "(3, 1)", 12, order: "true"), "inputs.npy", "Expected a header with descr, fortran_order and shape, got…" },
        { Npy("'<f4'", "(3, 1)", 12, order: "1"), "inputs.npy", "Expected a header with descr, fortran_order and shape, got…" },
        { Npy("'<f4'", "(4294967296, 4294967296)", 8, order: "True"), "inputs.npy",
            "Expected far more bytes of numbers, as shape [4294967296, 4294967296] of '<f4' has, got 8." },
        { Npy("'<f4'", "(-1, 1)", 0), "inputs.npy", "Expected a shape of at most 10 sizes of at least 0, got (-1, 1)." },
        { Npy("'<f4'", "(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)", 4), "inputs.npy",
            "Expected a shape of at most 10 sizes of at least 0, got (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)." },
        { Npy("'<c8'", "(1, 1)", 8), "inputs.npy",
            "Expected real numbers: float16 to float64, int8 to int64, uint8 to uint64 or bool, got complex numbers…" },
        { Npy("'<f4'", "(1, 1)", 4, order: "None"), "inputs.npy", "Expected a header with descr, fortran_order and shape, got…" },
        { Npy("'<f4', 'more': True", "(1, 1)", 4), "inputs.npy", "Expected a header with descr, fortran_order and shape, got…" },
        { Npy("'<f4', 'descr': '<f8'", "(1, 1)", 4), "inputs.npy", "Expected a header with descr, fortran_order and shape, got…" },
        { Npy("'<f4'", "(1, 1)", 4, version: 4), "inputs.npy", "Expected version 1, 2 or 3 of the format .npy, got version 4." },
        { [0x93, .. "NUMPY"u8, 1, 0, 200, 0, .. "{'descr"u8], "inputs.npy",
            "Expected a header of at most 10000 bytes, all of them there, got a file that ends in its header." },
        { [0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 255, .. "{'descr"u8], "inputs.npy",
            "Expected a header of at most 10000 bytes, all of them there, got a longer one." },
        { Npy("'<f4'", "(3,)", 12), "inputs", "Expected an array of shape [N, 1], got shape [3]. Write each sample as a list of its own: [[0], [0], …]." },
    };

    [Theory]
    [MemberData(nameof(WrongArrays))]
    public async Task A_member_that_is_no_array_of_numbers_is_told_why(byte[] inputs, string path, string message) =>
        (await PostAsync(Archive(("request.json", Encoding.UTF8.GetBytes(Request)), ("inputs.npy", inputs)))).AssertSays(400, path, message);

    [Fact]
    public async Task Members_must_have_a_place_in_the_request()
    {
        var json = ("request.json", Encoding.UTF8.GetBytes(Request));
        (await PostAsync(Archive(json, ("input.npy", Inputs))))
            .AssertSays(400, "input.npy",
                "Expected a known member, got 'input.npy'. Did you mean 'inputs.npy'? Known: request.npy, inputs.npy, cotangent.npy, tangent.npy, "
                    + "direction.npy, reference_inputs.npy, parameters/*.npy, points/*.npy, targets/*.npy, weights/*.npy, labels/*.npy, data/SET/*.npy.");
        (await PostAsync(Archive(json, ("inputs.npy", Inputs), ("cotangent.npy", Inputs))))
            .AssertSays(400, "gradient.cotangent", "Expected no array, as the request has no such field, got the member 'cotangent'.");
        (await PostAsync(Archive(json, ("inputs.npy", Inputs), ("points/a.npy", Inputs))))
            .AssertSays(400, "points['a'].inputs", "Expected no array, as the request has no such field, got the member 'points/a'.");
        (await PostAsync(Archive(json, ("inputs.npy", Inputs), ("parameters/7.bias.npy", Inputs))))
            .AssertSays(400, "network.parameters['7.bias']", "Expected the name of a parameter of this network, as in PyTorch's state_dict, got '7.bias'…");
        (await PostAsync(Archive(json, ("inputs.npy", Inputs), ("request.npy", Npy("'|u1'", "(2,)", 2)))))
            .AssertSays(400, "request.npy", "Expected one of request.npy and request.json, got both.");
        (await PostAsync(Archive(("inputs.npy", Inputs))))
            .AssertSays(400, "request.npy", "Expected a member that holds the JSON of the request without its arrays, got none.");
        (await PostAsync(Archive(("request.npy", Inputs))))
            .AssertSays(400, "request.npy",
                "Expected a one-dimensional array of bytes ('|u1') that holds JSON in UTF-8, got shape [3, 1] of '<f4'. In Python: "
                    + "numpy.frombuffer(json.dumps(request).encode(), numpy.uint8).");
        (await PostAsync(Archive(("request.json", "{"u8.ToArray()), ("inputs.npy", Inputs))))
            .AssertSays(400, "$", "Expected well-formed JSON, got a text that is not…");
        (await PostAsync(Archive(json))).AssertSays(400, "inputs", "Expected an array of numbers, got nothing.");
        (await PostAsync(Archive(("request.json", Encoding.UTF8.GetBytes(GoodRequests.Forward().ToJsonString())), ("inputs.npy", Inputs))))
            .AssertSays(400, "inputs", "Expected the array once, got one in the JSON and one beside it.");
        (await PostAsync(Archive(json, ("inputs.npy", Inputs), ("inputs.npy", Inputs))))
            .AssertSays(400, "inputs.npy", "Expected each member once, got it again.");
    }

    [Fact]
    public async Task What_is_no_sound_archive_is_told_so()
    {
        var good = Archive(("request.json", Encoding.UTF8.GetBytes(Request)), ("inputs.npy", Inputs));
        (await PostAsync([])).AssertSays(400, "$", Zip);
        (await PostAsync(Encoding.UTF8.GetBytes("PK is how one begins"))).AssertSays(400, "$", Zip);
        (await PostAsync(good[..^30])).AssertSays(400, "$", Zip);
        (await PostAsync(Changed(good, "PK\u0005\u0006", 4, 1))).AssertSays(400, "$", Zip);
        (await PostAsync(Changed(good, "PK\u0001\u0002", 8, 1))).AssertSays(400, "request.json", "Expected a member that is not encrypted, got one that is.");
        (await PostAsync(Changed(good, "PK\u0001\u0002", 10, 14))).AssertSays(400, "request.json", Zip);
        (await PostAsync(Changed(good, "PK\u0001\u0002", 16, 99))).AssertSays(400, "request.json", Zip);
    }

    [Theory]
    [InlineData(19_000, 400)]
    [InlineData(21_000, 413)]
    [InlineData(10_000_000, 413)]
    public async Task What_is_too_large_once_unpacked_is_refused_however_small_it_is_packed(int zeros, int status)
    {
        var bomb = Archive(("request.json", new byte[zeros]));
        Assert.True(bomb.Length < 20_000);
        var answer = await PostAsync(bomb);
        Assert.Equal(status, answer.Status);
        if (status == 413)
        {
            answer.AssertSays(413, "$",
                $"Expected members of at most 20000 bytes altogether once unpacked (limit MaxRequestBytes), got {zeros}. Send fewer samples in one request.");
        }
    }

    [Fact]
    public async Task A_length_that_is_a_lie_is_found_out()
    {
        var bomb = Archive(("request.json", new byte[1_000_000]));
        (await PostAsync(Changed(Changed(bomb, "PK\u0001\u0002", 26, 0), "PK\u0001\u0002", 25, 10))).AssertSays(400, "request.json", Zip);
        (await PostAsync(Changed(Archive(("request.json", "{}"u8.ToArray())), "PK\u0001\u0002", 25, 10))).AssertSays(400, "request.json", Zip);
    }

    [Fact]
    public void A_member_by_name_goes_to_the_entry_that_has_the_name()
    {
        var array = new NdArray(new Shape(1), [2f]);
        var members = new ArrayMembers([ArrayMembers.Of("points/it's.npy", array), ArrayMembers.Of("points/b", array)]);
        var wrong = Assert.Throws<FaultException>(
            () => RequestReader.ReadRequest<Listed>("""{ "points": [{ "name": "a", "inputs": [1] }, { "name": "b" }] }"""u8, members));
        Assert.Equal(["points['it's.npy'].inputs"], wrong.Faults.Select(fault => fault.Path));
        var (read, _) = RequestReader.ReadRequest<Listed>("""{ "points": [{ "inputs": [1], "name": "a" }, { "name": "b" }] }"""u8,
            new ArrayMembers([ArrayMembers.Of("points/b", array)]));
        Assert.Equal([1, 2], read.Points.Select(point => point.Inputs[0]));
    }

    [Fact]
    public async Task Whatever_is_broken_in_its_bytes_it_is_answered()
    {
        var random = new Random(8);
        var good = new[] { CompressionLevel.NoCompression, CompressionLevel.Optimal }
            .Select(level => Archive(level, ("request.npy", [.. NpyWriter.HeaderOfText(Request.Length), .. Encoding.UTF8.GetBytes(Request)]),
                ("inputs.npy", Inputs))).ToArray();
        foreach (var body in good)
        {
            Assert.Equal(HttpStatusCode.OK, (await SendAsync(body)).StatusCode);
        }

        for (var i = 0; i < RandomCases.Count(2_000); i++)
        {
            var bytes = good[i % 2].ToList();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                // Half of them where the archive describes itself.
                var at = random.Next(2) == 0 ? random.Next(bytes.Count) : Math.Max(0, bytes.Count - 1 - random.Next(Math.Min(170, bytes.Count)));
                if (random.Next(4) == 0)
                {
                    bytes.RemoveRange(at, random.Next(Math.Min(20, bytes.Count - at)));
                }
                else
                {
                    bytes[at] = random.Next(3) == 0 ? (byte)random.Next(256) : random.Next(2) == 0 ? (byte)0xFF : (byte)(bytes[at] ^ (1 << random.Next(8)));
                }
            }

            using var response = await SendAsync([.. bytes]);
            Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge
                or HttpStatusCode.UnprocessableEntity, $"{(int)response.StatusCode}: {Convert.ToBase64String([.. bytes])}");
            if (response.StatusCode != HttpStatusCode.OK)
            {
                Assert.NotEmpty((await ProblemAnswer.OfAsync(response)).Errors);
            }
        }
    }

    public sealed record Listed
    {
        public required IReadOnlyList<Entry> Points { get; init; }
    }

    public sealed record Entry
    {
        public required string Name { get; init; }

        public required NdArray Inputs { get; init; }
    }

    private static byte[] Archive(params (string Name, byte[] Content)[] members) => Archive(CompressionLevel.Optimal, members);

    private static byte[] Archive(CompressionLevel level, params (string Name, byte[] Content)[] members)
    {
        var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create))
        {
            foreach (var (name, content) in members)
            {
                using var member = archive.CreateEntry(name, level).Open();
                member.Write(content);
            }
        }

        return file.ToArray();
    }

    private static byte[] Npy(string descr, string shape, int zeros, string order = "False", byte version = 1)
    {
        var header = Encoding.ASCII.GetBytes($"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}\n");
        return [0x93, .. "NUMPY"u8, version, 0, (byte)header.Length, (byte)(header.Length >> 8), .. header, .. new byte[zeros]];
    }

    /// <summary>The archive with one byte behind a signature changed.</summary>
    private static byte[] Changed(byte[] archive, string signature, int offset, byte value)
    {
        var changed = archive.ToArray();
        changed[changed.AsSpan().IndexOf(Encoding.ASCII.GetBytes(signature)) + offset] = value;
        return changed;
    }

    private async Task<ProblemAnswer> PostAsync(byte[] body) => await ProblemAnswer.OfAsync(await SendAsync(body));

    private async Task<HttpResponseMessage> SendAsync(byte[] body)
    {
        using var client = application.CreateClient();
        return await client.PostAsync("/v1/forward", new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-npz") } });
    }
}
