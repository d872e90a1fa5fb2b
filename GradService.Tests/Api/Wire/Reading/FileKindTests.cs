using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using GradService.Api.Wire.Reading;
using GradService.Tests.Api.Networks;
using GradService.Tests.Api.Wire.Arrays;
using GradService.Tests.Docs;

namespace GradService.Tests.Api.Wire.Reading;

/// <summary>A file of another kind than the one that is wanted is told what it is, and what to run.</summary>
public sealed class FileKindTests(GradApplication application) : IClassFixture<GradApplication>
{
    private const string SaveModule = "from safetensors.torch import save_file; save_file(module.state_dict(), \"net.safetensors\").";

    /// <summary>Files as the programs write them: ForeignFiles/make.py; others by the bytes that they begin with.</summary>
    public static TheoryData<string, byte[], string> Files { get; } = new()
    {
        { "torch.save", Written("state_dict.pt"), "a file of torch.save" },
        { "torch.save of a module", Written("module.pt"), "a file of torch.save" },
        { "torch.jit.save", Written("script.pt"), "a file of torch.save" },
        { "torch.save long ago", Written("before-1.6.pt"), "a file of torch.save, in its form before PyTorch 1.6" },
        { "torch.onnx.export", Written("model.onnx"), "an ONNX model" },
        { "numpy.savez", Written("arrays.npz"), "an archive of arrays (npz)" },
        { "numpy.savez_compressed", Written("compressed.npz"), "an archive of arrays (npz)" },
        { "numpy.save", Written("array.npy"), "an array in NumPy's format .npy" },
        { "pickle, protocol 2", Written("protocol-2.pkl"), "a pickle" },
        { "pickle, protocol 3", Written("protocol-3.pkl"), "a pickle" },
        { "pickle, protocol 4", Written("protocol-4.pkl"), "a pickle" },
        { "pickle, protocol 5", Written("protocol-5.pkl"), "a pickle" },
        { "safetensors", SafetensorsFile.OfPyTorch, "a safetensors file" },
        { "Keras", Zip("metadata.json"), "a file of Keras" },
        { "zip", Zip("folder/net.safetensors"), "a zip archive" },
        { "zip without members", [.. "PK"u8, 5, 6, .. new byte[18]], "a zip archive" },
        { "HDF5", [0x89, .. "HDF\r\n"u8, 26, 10, 0, 0, 0, 0, 0, 8, 8, 0], "an HDF5 file, as of Keras or MATLAB" },
        { "gzip", Gzip("{}"), "gzip" },
        { "SavedModel", [8, 1, 18, 0xF2, 0x8A, 1, 10, 0xF3, 9, 10, 0xBD, 9, 10, 39, 10, 3, .. "Add\x12"u8], "a SavedModel of TensorFlow" },
        { "JSON", "  {\"0.weight\": [[1]]}"u8.ToArray(), "JSON" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_is_known_by_its_first_bytes(string how, byte[] file, string name) =>
        Assert.True(FileKind.Of(file)?.Name == name, $"{how}: {FileKind.Of(file)?.Name}");

    [Theory]
    [MemberData(nameof(Files))]
    public async Task As_parameters_it_is_told_what_to_run_unless_it_is_safetensors(string how, byte[] file, string name)
    {
        using var client = application.CreateClient();
        using var response = await client.PostAsync("/v1/networks", NetworkRequests.Form(SafetensorsFile.SpecOfPyTorch, file));
        if (name == "a safetensors file")
        {
            Assert.True(response.IsSuccessStatusCode, how);
            return;
        }

        (await ProblemAnswer.OfAsync(response)).AssertSays(400, "parameters", $"Expected a safetensors file, got {name}. …");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task As_an_archive_of_arrays_it_is_told_what_to_send_unless_it_is_a_zip(string how, byte[] file, string name)
    {
        var answer = await PostAsync("application/x-npz", file);
        Assert.True(answer.Status == 400, how);
        if (name is not ("an archive of arrays (npz)" or "a zip archive"))
        {
            answer.AssertSays(400, "$", $"Expected an archive of arrays, as numpy.savez writes it, got {name}. …");
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task As_JSON_it_is_told_what_to_send_unless_it_is_JSON(string how, byte[] file, string name)
    {
        var answer = await PostAsync("application/json", file);
        Assert.True(answer.Status == 400, how);
        if (name != "JSON")
        {
            answer.AssertSays(400, "$", $"Expected a JSON object, got {name}. …");
        }
    }

    [Fact]
    public async Task What_to_run_is_said_in_full()
    {
        using var client = application.CreateClient();
        async Task<ProblemAnswer> StoreAsync(byte[] parameters) =>
            await ProblemAnswer.OfAsync(await client.PostAsync("/v1/networks", NetworkRequests.Form(SafetensorsFile.SpecOfPyTorch, parameters)));

        (await StoreAsync(Written("state_dict.pt"))).AssertSays(400, "parameters",
            $"Expected a safetensors file, got a file of torch.save. Write safetensors: {SaveModule}");
        (await StoreAsync(Written("before-1.6.pt"))).AssertSays(400, "parameters",
            $"Expected a safetensors file, got a file of torch.save, in its form before PyTorch 1.6. Write safetensors: {SaveModule}");
        (await StoreAsync(Written("arrays.npz"))).AssertSays(400, "parameters",
            "Expected a safetensors file, got an archive of arrays (npz). Write safetensors: from safetensors.numpy import save_file; "
                + "save_file(dict(numpy.load(\"net.npz\")), \"net.safetensors\").");
        (await StoreAsync(Written("model.onnx"))).AssertSays(400, "parameters",
            "Expected a safetensors file, got an ONNX model. A network is described by its layers, not by a graph: examples/from_torch.py stores a "
                + "module of PyTorch with its parameters.");
        (await PostAsync("application/x-npz", SafetensorsFile.OfPyTorch)).AssertSays(400, "$",
            "Expected an archive of arrays, as numpy.savez writes it, got a safetensors file. Parameters come by POST /v1/networks, as the part parameters "
                + "of a form (multipart/form-data).");
        (await PostAsync("application/x-npz", "{}"u8.ToArray())).AssertSays(400, "$",
            "Expected an archive of arrays, as numpy.savez writes it, got JSON. Declare it: Content-Type: application/json.");
        (await PostAsync("application/json", Written("arrays.npz"))).AssertSays(400, "$",
            "Expected a JSON object, got an archive of arrays (npz). Declare it: Content-Type: application/x-npz.");
    }

    [Fact]
    public async Task Parts_that_are_exchanged_are_told_where_the_file_goes()
    {
        using var client = application.CreateClient();
        using var form = new MultipartFormDataContent { { new ByteArrayContent(SafetensorsFile.OfPyTorch), "network" } };
        (await ProblemAnswer.OfAsync(await client.PostAsync("/v1/networks", form))).AssertSays(400, "network",
            "Expected a JSON object, got a safetensors file. The layers come here, as JSON; a file with parameters is the part parameters.");
    }

    /// <summary>Its first eight bytes are a number, and so may be those of any other kind.</summary>
    [Fact]
    public void A_safetensors_file_is_taken_for_nothing_else_whatever_the_length_of_its_header()
    {
        foreach (var next in new[] { '{', ' ', '\n' })
        {
            for (var length = 2UL; length < 1 << 22; length += length < 1 << 17 ? 1UL : 255)
            {
                Assert.Null(FileKind.InsteadOfSafetensors([.. SafetensorsFile.Length(length), (byte)next, (byte)'"', .. "0.weight\": {"u8], "parameters"));
            }
        }
    }

    [FactNeedsTorch]
    public async Task PyTorch_as_it_is_installed_writes_what_is_known()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        await Tool.Torch.RunAsync("-c", $$"""
            import os, torch
            os.chdir("{{folder.Path}}")
            net = torch.nn.Sequential(torch.nn.Linear(2, 300), torch.nn.Tanh(), torch.nn.BatchNorm1d(300))
            torch.save(net.state_dict(), "a name that is long enough to be cut.pt")
            torch.save({"epoch": 3, "net": net.state_dict()}, "checkpoint.tar")
            torch.save(net.state_dict(), "old.pt", _use_new_zipfile_serialization=False)
            torch.jit.save(torch.jit.script(net), "script.pt")
            """);
        Assert.All(Directory.EnumerateFiles(folder.Path).ToList(), file =>
            Assert.StartsWith("a file of torch.save", FileKind.Of(File.ReadAllBytes(file))!.Name, StringComparison.Ordinal));
    }

    private async Task<ProblemAnswer> PostAsync(string type, byte[] body)
    {
        using var client = application.CreateClient();
        return await ProblemAnswer.OfAsync(
            await client.PostAsync("/v1/forward", new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(type) } }));
    }

    private static byte[] Written(string name) => File.ReadAllBytes(Repository.PathOf($"GradService.Tests/Api/Wire/Reading/ForeignFiles/{name}"));

    private static byte[] Zip(string member)
    {
        var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create))
        {
            using var content = archive.CreateEntry(member).Open();
            content.Write("{}"u8);
        }

        return file.ToArray();
    }

    private static byte[] Gzip(string text)
    {
        var file = new MemoryStream();
        using (var packed = new GZipStream(file, CompressionMode.Compress))
        {
            packed.Write(Encoding.UTF8.GetBytes(text));
        }

        return file.ToArray();
    }
}
