using System.Buffers.Binary;
using System.Text;
using GradService.Domain.Faults;

namespace GradService.Api.Wire.Reading;

/// <summary>A kind of file that people send, known by its first bytes, and what to run where another kind is wanted.</summary>
/// <param name="Name">What it is: "a file of torch.save".</param>
/// <param name="Fits">Whether a file begins as these do.</param>
/// <param name="ForParameters">How to send the parameters of a network that are in it.</param>
/// <param name="ForRequest">What to send as the body of a request.</param>
internal sealed record FileKind(string Name, FileKind.Signature Fits, string ForParameters, string ForRequest)
{
    /// <summary>The first bytes that the kinds are told apart by.</summary>
    public const int HeadBytes = 512;

    /// <summary>The safetensors format allows no longer header.</summary>
    private const ulong LongestSafetensorsHeader = 100_000_000;

    private const string SaveModule = "from safetensors.torch import save_file; save_file(module.state_dict(), \"net.safetensors\")";
    private const string SaveArrays = "from safetensors.numpy import save_file; save_file({\"0.weight\": weight, \"0.bias\": bias}, \"net.safetensors\")";
    private const string SaveRequest = "numpy.savez(\"request.npz\", request=numpy.frombuffer(json.dumps(request).encode(), numpy.uint8), inputs=x)";
    private const string StoreModule =
        $"Parameters come by POST /v1/networks, in a safetensors file as the part parameters: {SaveModule}. examples/from_torch.py does all of it.";

    private const string DescribeGraph =
        "A network is described by its layers, not by a graph: examples/from_torch.py stores a module of PyTorch with its parameters.";

    public delegate bool Signature(ReadOnlySpan<byte> head);

    private static FileKind Safetensors { get; } = new("a safetensors file", IsSafetensors, "",
        "Parameters come by POST /v1/networks, as the part parameters of a form (multipart/form-data).");

    private static FileKind Npz { get; } = new("an archive of arrays (npz)", static head => FirstMember(head).EndsWith(".npy", StringComparison.Ordinal),
        "Write safetensors: from safetensors.numpy import save_file; save_file(dict(numpy.load(\"net.npz\")), \"net.safetensors\").",
        "Declare it: Content-Type: application/x-npz.");

    private static FileKind Zip { get; } = new("a zip archive", static head => head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8),
        "Unpack it, and send the safetensors file that is in it.", "Unpack it first.");

    private static FileKind Json { get; } = new("JSON", IsJson,
        "Parameters in JSON are the field parameters of the part network.", "Declare it: Content-Type: application/json.");

    /// <summary>The first that fits is it: what might be taken for another comes before it.</summary>
    private static readonly FileKind[] All =
    [
        Safetensors,
        new("a file of torch.save", static head => FirstMember(head) is var name && !Npz.Fits(head)
                && (name.EndsWith("/data.pkl", StringComparison.Ordinal) || name.Contains("/data/", StringComparison.Ordinal)),
            $"Write safetensors: {SaveModule}.", StoreModule),
        new("a file of torch.save, in its form before PyTorch 1.6", Begins(0x80, 2, 0x8A, 10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19),
            $"Write safetensors: {SaveModule}.", StoreModule),
        Npz,
        new("a file of Keras", static head => FirstMember(head) is "metadata.json" or "config.json" or "model.weights.h5",
            $"Write its arrays as safetensors, the kernels transposed: {SaveArrays}.", DescribeGraph),
        Zip,
        new("an array in NumPy's format .npy", Begins(0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'),
            "Give each array its name: from safetensors.numpy import save_file; save_file({\"0.weight\": numpy.load(\"weight.npy\")}, \"net.safetensors\").",
            $"Put it into an archive beside the request: {SaveRequest}. Declare it: Content-Type: application/x-npz."),
        new("an HDF5 file, as of Keras or MATLAB", Begins(0x89, (byte)'H', (byte)'D', (byte)'F', 13, 10, 26, 10),
            $"Read its arrays with h5py (kernels of Keras are to be transposed), and write safetensors: {SaveArrays}.",
            $"Read its arrays with h5py, and write them with NumPy: {SaveRequest}. Declare it: Content-Type: application/x-npz."),
        new("gzip", Begins(0x1F, 0x8B, 8), "Unpack it first: gunzip.", "Unpack it first: gunzip."),
        new("an ONNX model", IsOnnx, DescribeGraph, DescribeGraph),
        new("a SavedModel of TensorFlow", IsSavedModel, $"Write its arrays as safetensors, the kernels transposed: {SaveArrays}.", DescribeGraph),
        new("a pickle", static head => head.Length > 2 && head[0] == 0x80 && head[1] is >= 2 and <= 5 && head[2] != 0,
            $"Pickles are never read: they can run any program. Write safetensors: {SaveArrays}.",
            $"Pickles are never read: they can run any program. Write arrays with NumPy: {SaveRequest}. Declare it: Content-Type: application/x-npz."),
        Json,
    ];

    /// <summary>The kind of a file of which these are the first bytes, or all; null: it is none of those known.</summary>
    public static FileKind? Of(ReadOnlySpan<byte> file)
    {
        foreach (var kind in All)
        {
            if (kind.Fits(file[..Math.Min(HeadBytes, file.Length)]))
            {
                return kind;
            }
        }

        return null;
    }

    /// <summary>What is wrong with a file of parameters that is known not to be safetensors; null: it may be.</summary>
    public static Fault? InsteadOfSafetensors(ReadOnlySpan<byte> file, string path) =>
        Of(file) is { } kind && kind != Safetensors ? Fault.Invalid(path, "a safetensors file", kind.Name, kind.ForParameters) : null;

    /// <summary>What is wrong with a body that is known not to be an archive of arrays; null: it may be. Any other zip is told of its members.</summary>
    public static Fault? InsteadOfArchive(ReadOnlySpan<byte> body) => Of(body) is { } kind && kind != Npz && kind != Zip
        ? Fault.Invalid("", "an archive of arrays, as numpy.savez writes it", kind.Name, kind.ForRequest)
        : null;

    /// <summary>What is wrong with a text that is no JSON because it is no text; null: it may be one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">Where it stands; empty where it is the body of a request.</param>
    public static Fault? InsteadOfJson(ReadOnlySpan<byte> text, string path) => Of(text) is { } kind && kind != Json
        ? Fault.Invalid(path, "a JSON object", kind.Name,
            path.Length == 0 ? kind.ForRequest : "The layers come here, as JSON; a file with parameters is the part parameters.")
        : null;

    private static Signature Begins(params byte[] first) => head => head.StartsWith(first);

    /// <summary>The name of a zip archive's first member; empty where there is none.</summary>
    private static string FirstMember(ReadOnlySpan<byte> head)
    {
        const int NameBegin = 30;
        if (head.Length < NameBegin || !head.StartsWith("PK\x03\x04"u8))
        {
            return "";
        }

        var length = BinaryPrimitives.ReadUInt16LittleEndian(head[26..]);
        return Encoding.UTF8.GetString(head.Slice(NameBegin, Math.Min(length, head.Length - NameBegin)));
    }

    /// <summary>The length of a header, then the header in JSON.</summary>
    private static bool IsSafetensors(ReadOnlySpan<byte> head) =>
        head.Length > sizeof(ulong) && BinaryPrimitives.ReadUInt64LittleEndian(head) <= LongestSafetensorsHeader
            && head[sizeof(ulong)] is (byte)'{' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';

    /// <summary>
    /// A message of protobuf has no mark. This one begins with its version, 1 to 31, and the name of the program that wrote it, as in "pytorch";
    /// then comes the version of that program or another of the first fields.
    /// </summary>
    private static bool IsOnnx(ReadOnlySpan<byte> head) =>
        head.Length > 5 && head[0] == 0x08 && head[1] is > 0 and < 32 && head[2] == 0x12 && head[3] is > 0 and < 64 && head.Length > 4 + head[3]
            && head.Slice(4, head[3]).IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0
            && head[4 + head[3]] is 0x1A or 0x22 or 0x28 or 0x32 or 0x3A;

    /// <summary>Version 1, then a message of more than 127 bytes that begins with another, the one that lists the operations.</summary>
    private static bool IsSavedModel(ReadOnlySpan<byte> head)
    {
        if (head.Length < 16 || !head.StartsWith("\x08\x01\x12"u8) || head[3] < 0x80)
        {
            return false;
        }

        var begin = 4;
        while (head[begin - 1] >= 0x80 && begin < 9)
        {
            begin++;
        }

        return head[begin] == 0x0A;
    }

    private static bool IsJson(ReadOnlySpan<byte> head)
    {
        var text = head.TrimStart(" \t\r\n"u8);
        return text.Length > 0 && text[0] is (byte)'{' or (byte)'[' && !text.ContainsAnyInRange((byte)0, (byte)8);
    }
}
