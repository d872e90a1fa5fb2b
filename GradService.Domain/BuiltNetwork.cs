using GradService.Domain.Networks;
using GradService.Domain.Networks.Dense;

namespace GradService.Domain;

/// <summary>A network ready to run, by the engines that can: shared by any number of threads, never written to.</summary>
/// <param name="tensors">Its tensors, which it owns.</param>
/// <param name="dense">Whether it may run without.</param>
internal sealed class BuiltNetwork(Network tensors, bool dense) : IDisposable
{
    public Network Tensors { get; } = tensors;

    /// <summary>The same in managed memory; null where some layer is there as tensors alone.</summary>
    public DenseNetwork? Dense { get; } = dense ? DenseNetwork.Of(tensors) : null;

    public void Dispose() => Tensors.Dispose();
}
