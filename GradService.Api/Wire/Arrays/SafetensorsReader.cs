using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Api.Wire.Arrays;

/// <summary>The tensors of a safetensors file, such as a PyTorch user saves a state_dict in.</summary>
internal static class SafetensorsReader
{
    /// <summary>All tensors by name, in the order of the header.</summary>
    /// <param name="file">The file, all of whose bytes are there: nothing is taken on the word of its header.</param>
    /// <param name="path">What to call it in faults.</param>
    /// <param name="hold">Told how many bytes the arrays take, before there is one; throws where that is too much.</param>
    /// <exception cref="FaultException">It is no sound safetensors file, or has numbers of a type that networks have not.</exception>
    public static IReadOnlyDictionary<string, NdArray> Read(Stream file, FieldPath path, Action<long>? hold = null)
    {
        var header = SafetensorsHeader.Read(file, path);
        hold?.Invoke(header.ArrayBytes);
        var tensors = new Dictionary<string, NdArray>(header.Tensors.Count);
        foreach (var tensor in header.Tensors)
        {
            tensors[tensor.Name] = Read(file, header, tensor);
        }

        return tensors;
    }

    /// <summary>One of the tensors.</summary>
    public static NdArray Read(Stream file, SafetensorsHeader header, SafetensorsEntry tensor)
    {
        file.Position = header.Length + tensor.Begin;
        return tensor.Type.Read(file, tensor.Shape);
    }
}
