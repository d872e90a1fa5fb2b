using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Parameters;

namespace GradService.Domain.Catalog;

/// <summary>A network ready to run, by the engines that can: shared by any number of threads, never written to.</summary>
/// <param name="values">Its numbers.</param>
/// <param name="dense">Whether it may run without tensors.</param>
internal sealed class BuiltNetwork(ParameterValues values, bool dense) : IDisposable
{
    /// <summary>Drawing, hashing and copying a number, to an order of magnitude.</summary>
    internal const long NanosecondsOfANumber = 10;

    private readonly Lock _gate = new();
    private readonly bool _managed = MayBeDense(values.Shape, dense);

    // Until all engines that can run it have their own.
    private ParameterValues? _values = values;
    private Network? _tensors;
    private volatile DenseNetwork? _dense;

    /// <summary>
    /// A network whose numbers are in a file, which may be closed afterwards: they are read into the memory of the tensors where nothing else
    /// can run it, so that there is one copy of them.
    /// </summary>
    /// <inheritdoc cref="BuiltNetwork(ParameterValues, bool)"/>
    /// <exception cref="LibTorchUnavailableException">libtorch is needed and cannot be loaded.</exception>
    public static BuiltNetwork Read(ParameterValues values, bool dense)
    {
        if (MayBeDense(values.Shape, dense))
        {
            return new BuiltNetwork(values.InMemory(), dense);
        }

        var read = new BuiltNetwork(values, dense);
        _ = read.Tensors;
        return read;
    }

    /// <summary>The network as tensors, which it owns: made when they are first asked for, so that what runs without never waits for libtorch.</summary>
    /// <exception cref="LibTorchUnavailableException">libtorch cannot be loaded.</exception>
    public Network Tensors
    {
        get
        {
            LibTorch.PrepareThread();
            lock (_gate)
            {
                _tensors ??= Network.Of(_values!);
                ForgetValues();
                return _tensors;
            }
        }
    }

    /// <summary>The same in managed memory, made when it is first asked for; null where some layer is there as tensors alone.</summary>
    public DenseNetwork? Dense
    {
        get
        {
            if (!_managed || _dense is not null)
            {
                return _dense;
            }

            lock (_gate)
            {
                _dense ??= DenseNetwork.Of(_values!);
                ForgetValues();
                return _dense;
            }
        }
    }

    /// <summary>
    /// Bytes that a network of that shape takes, at most: its tensors, and where its matrices are small enough for the dense engine twice
    /// as much in managed memory, as they are and transposed.
    /// </summary>
    public static long MostBytes(NetworkShape shape)
    {
        const long EachLayer = 2_048;
        var copies = shape.Parameters.Any(parameter => parameter.Spec.Shape.Elements > Linear.LargestDense) ? 1 : 3;
        return shape.ParameterElements.SaturatingTimes(copies * shape.Dtype.SizeInBytes()).SaturatingPlus(EachLayer * shape.All.Count);
    }

    /// <summary>
    /// What drawing its numbers, or taking those of a request, takes: the numbers as they come, in managed memory, while its tensors are made
    /// of them.
    /// </summary>
    public static Cost CostOf(NetworkShape shape)
    {
        // In single precision, as they are drawn, and in the network's.
        var bytes = shape.ParameterElements.SaturatingTimes(sizeof(float) + (shape.Dtype == Dtype.Float64 ? sizeof(double) : 0));
        return new Cost(bytes, 0, shape.ParameterElements.SaturatingTimes(NanosecondsOfANumber));
    }

    /// <summary>What reading its numbers from a file takes: there is nothing beside its tensors, unless the dense engine may run it.</summary>
    public static Cost CostOfReading(NetworkShape shape, bool dense) => MayBeDense(shape, dense) ? CostOf(shape) : CostOf(shape) with { NativeBytes = 0 };

    private static bool MayBeDense(NetworkShape shape, bool dense) => dense && shape.Work.IsDense;

    private void ForgetValues()
    {
        if (_tensors is not null && (!_managed || _dense is not null))
        {
            _values = null;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _tensors?.Dispose();
        }
    }
}
