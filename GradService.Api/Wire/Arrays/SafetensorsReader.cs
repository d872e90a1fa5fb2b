using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Api.Wire.Arrays;

/// <summary>The tensors of a safetensors file, such as a PyTorch user saves a state_dict in.</summary>
internal static class SafetensorsReader
{
    /// <summary>All tensors in the order of the header, each to be read from the file when its numbers are asked for.</summary>
    /// <param name="file">The file, all of whose bytes are there: nothing is taken on the word of its header.</param>
    /// <param name="path">What to call it in faults.</param>
    /// <param name="hold">Told how many bytes its header takes, before it is read; throws where that is too much.</param>
    /// <exception cref="FaultException">It is no sound safetensors file, or has numbers of a type that networks have not.</exception>
    public static IReadOnlyList<ArrayContent> Open(Stream file, FieldPath path, Action<long>? hold = null) =>
        Contents(file, SafetensorsHeader.Read(file, path, hold));

    /// <inheritdoc cref="Open"/>
    /// <param name="file">The file.</param>
    /// <param name="header">Its header.</param>
    public static IReadOnlyList<ArrayContent> Contents(Stream file, SafetensorsHeader header) =>
        [.. header.Tensors.Select(tensor => new ArrayContent(tensor.Name, tensor.Type.Dtype, tensor.Shape, Pieces(file, header, tensor)))];

    private static IEnumerable<NdArray> Pieces(Stream file, SafetensorsHeader header, SafetensorsEntry tensor) =>
        tensor.Type.Pieces(file, header.Length + tensor.Begin, tensor.Shape.Elements);
}
