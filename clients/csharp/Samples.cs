using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace GradService.Clients;

/// <summary>What the programs of this folder send and read, as bytes.</summary>
internal static class Samples
{
    /// <summary>The spec of a layer whose numbers are in <see cref="Safetensors"/>.</summary>
    public const string Spec = """{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 1 }] }""";

    /// <summary>Four samples of one number, [4, 1].</summary>
    public static byte[] Inputs => ToBytes([0f, 0.25f, 0.5f, 0.75f]);

    /// <summary>A file of two tensors, as safetensors.torch.save_file writes it: y = 2x + 1.</summary>
    public static byte[] Safetensors
    {
        get
        {
            var header = """{"0.weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"0.bias":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"""u8;
            var length = new byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            return [.. length, .. header, .. ToBytes([2f, 1f])];
        }
    }

    public static byte[] ToBytes(ReadOnlySpan<float> numbers) => MemoryMarshal.AsBytes(numbers).ToArray();

    public static float[] ToNumbers(byte[] bytes) => MemoryMarshal.Cast<byte, float>(bytes).ToArray();
}
