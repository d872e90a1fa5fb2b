using System.Buffers.Binary;
using System.Text;

namespace GradService.Tests.Api.Wire.Arrays;

/// <summary>A safetensors file put together by its bytes, as its format says and not as the service writes it.</summary>
internal static class SafetensorsFile
{
    /// <summary>A file with a header and the bytes behind it.</summary>
    public static byte[] Of(string header, params byte[] numbers)
    {
        var json = Encoding.UTF8.GetBytes(header);
        return [.. Length((ulong)json.Length), .. json, .. numbers];
    }

    public static byte[] Length(ulong length)
    {
        var word = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(word, length);
        return word;
    }

    /// <summary>
    /// What safetensors.torch.save_file writes of the state_dict of Sequential(Linear(1, 2), BatchNorm1d(2)) after a step: wide
    /// types first, then by name.
    /// </summary>
    public static byte[] OfPyTorch { get; } = Of("""
        {"__metadata__":{"format":"pt"},"1.num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"0.bias":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},"0.weight":{"dtype":"F32","shape":[2,1],"data_offsets":[16,24]},"1.bias":{"dtype":"F32","shape":[2],"data_offsets":[24,32]},"1.running_mean":{"dtype":"F32","shape":[2],"data_offsets":[32,40]},"1.running_var":{"dtype":"F32","shape":[2],"data_offsets":[40,48]},"1.weight":{"dtype":"F32","shape":[2],"data_offsets":[48,56]}}   
        """.TrimStart(), [.. BitConverter.GetBytes(3L), .. Floats(0.5f, -0.25f), .. Floats(1.5f, -2f), .. Floats(0f, 0.125f), .. Floats(0.1f, 0.2f),
            .. Floats(0.9f, 1.1f), .. Floats(1f, 0.75f)]);

    /// <summary>The network that it is of.</summary>
    public const string SpecOfPyTorch = """{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 2 }, { "type": "batchNorm" }] }""";

    public static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];
}
