using GradService.Domain.Networks;
using GradService.Domain.Networks.Dense;

namespace GradService.Domain.Catalog;

/// <summary>A network ready to run, by the engines that can: shared by any number of threads, never written to.</summary>
/// <param name="tensors">Its tensors, which it owns.</param>
/// <param name="dense">Whether it may run without.</param>
internal sealed class BuiltNetwork(Network tensors, bool dense) : IDisposable
{
    public Network Tensors { get; } = tensors;

    /// <summary>The same in managed memory; null where some layer is there as tensors alone.</summary>
    public DenseNetwork? Dense { get; } = dense ? DenseNetwork.Of(tensors) : null;

    /// <summary>Bytes that a network of that shape takes, at most: its tensors, and its matrices twice in managed memory, as they are and transposed.</summary>
    public static long MostBytes(NetworkShape shape)
    {
        const long EachLayer = 2_048;
        return shape.ParameterElements.SaturatingTimes(3 * shape.Dtype.SizeInBytes()).SaturatingPlus(EachLayer * shape.All.Count);
    }

    public void Dispose() => Tensors.Dispose();
}
