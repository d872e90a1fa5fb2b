using TorchSharp;

namespace GradService.Domain.Native;

/// <summary>libtorch as a whole: loaded once, with one thread per operation, and asked for its versions.</summary>
public static class LibTorch
{
    private static readonly Lazy<LibTorchStatus> LoadedOnce = new(Load);

    /// <summary>
    /// Loads libtorch on the first call. One thread per operation: requests run beside each other, and with more a small
    /// request on a busy machine waits for threads rather than for arithmetic.
    /// </summary>
    public static LibTorchStatus Status => LoadedOnce.Value;

    /// <summary>Tensors that have not been disposed of, in all threads together.</summary>
    public static long TensorsAlive => Status.Failure is null ? torch.Tensor.TotalCount : 0;

    /// <summary>
    /// To be called once at the start of every thread that computes: the number of OpenMP threads belongs to the calling
    /// thread and to those started after it.
    /// </summary>
    public static void PrepareThread()
    {
        if (Status.Failure is null)
        {
            UseOneThread();
        }
    }

    private static LibTorchStatus Load()
    {
        var torchSharp = typeof(torch).Assembly.GetName().Version!.ToString(3);
        try
        {
            UseOneThread();
            return new LibTorchStatus(torchSharp, System.Version.Parse(torch.__version__).ToString(3), Failure: null);
        }
        catch (Exception failure) when (failure is TypeInitializationException or NotSupportedException or DllNotFoundException
            or EntryPointNotFoundException or BadImageFormatException)
        {
            return new LibTorchStatus(torchSharp, LibTorchVersion: null, "libtorch could not be loaded: its native library is missing "
                + "for this system, or older than TorchSharp expects.");
        }
    }

#pragma warning disable RS0030 // the one place that may
    private static void UseOneThread() => torch.set_num_threads(1);
#pragma warning restore RS0030
}

/// <summary>What is loaded. <paramref name="Failure"/> says in words why nothing can be computed, null if all is well.</summary>
public sealed record LibTorchStatus(string TorchSharpVersion, string? LibTorchVersion, string? Failure);
