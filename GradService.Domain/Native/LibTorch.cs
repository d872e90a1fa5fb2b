using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace GradService.Domain.Native;

/// <summary>
/// libtorch as a whole: loaded once, when it is first needed, with one thread per operation. Loading takes a quarter of a second, in which
/// no other library can be loaded either.
/// </summary>
public static class LibTorch
{
    private static readonly Lazy<string?> LoadedOnce = new(Load);

    [ThreadStatic]
    private static bool threadIsReady;

    /// <summary>TorchSharp's version.</summary>
    public static string TorchSharpVersion { get; } = ThreeParts(typeof(torch).Assembly.GetName().Version!.ToString());

    /// <summary>The version of the libtorch that the service was built with; null where it turned out that it cannot be loaded.</summary>
    public static string? Version => LoadedOnce.IsValueCreated && LoadedOnce.Value is not null ? null : VersionBuiltWith;

    /// <summary>Whether it has been loaded.</summary>
    public static bool IsLoaded => LoadedOnce.IsValueCreated && LoadedOnce.Value is null;

    /// <summary>Why it cannot be loaded, in words; null if all is well. It is loaded unless that has been done.</summary>
    public static string? Failure => LoadedOnce.Value;

    /// <summary>Tensors that have not been disposed of, in all threads together.</summary>
    public static long TensorsAlive => IsLoaded ? torch.Tensor.TotalCount : 0;

    /// <summary>Null where there is no libtorch for the system that the service was built on.</summary>
    private static string? VersionBuiltWith { get; } =
        typeof(LibTorch).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().SingleOrDefault(metadata => metadata.Key == "LibTorchVersion")?.Value
            is { } version ? ThreeParts(version) : null;

    /// <summary>
    /// To be called before tensors are used, on the thread that will use them: loads libtorch, and has its operations take one thread.
    /// Requests run beside each other, and with more a small request on a busy machine waits for threads rather than for arithmetic. The
    /// number belongs to the calling thread and to those started after it.
    /// </summary>
    /// <exception cref="LibTorchUnavailableException">It cannot be loaded.</exception>
    public static void PrepareThread()
    {
        if (threadIsReady)
        {
            return;
        }

        if (Failure is { } failure)
        {
            throw new LibTorchUnavailableException(failure);
        }

        UseOneThread();
        threadIsReady = true;
    }

    private static string? Load()
    {
        try
        {
            UseOneThread();
            KeepWarningsToItself();
            return null;
        }
        catch (Exception failure) when (failure is TypeInitializationException or NotSupportedException or DllNotFoundException
            or EntryPointNotFoundException or BadImageFormatException)
        {
            return "libtorch could not be loaded: its native library is missing for this system, or older than TorchSharp expects.";
        }
    }

    /// <summary>
    /// It writes warnings to the process's standard error, in lines that no reader of the log knows: of <see cref="Autograd"/>'s backward with its
    /// graph kept, which lets no cycle live. From level 2 on it writes errors alone. The variable TORCH_CPP_LOG_LEVEL sets this number under Python
    /// alone; where the library does not show it by this name, warnings stay.
    /// </summary>
    private static void KeepWarningsToItself()
    {
        const int Errors = 2;
        if (NativeLibrary.TryLoad("c10", typeof(torch).Assembly, null, out var library)
            && NativeLibrary.TryGetExport(library, "FLAGS_caffe2_log_level", out var level))
        {
            Marshal.WriteInt32(level, Errors);
        }
    }

    private static string ThreeParts(string version) => System.Version.Parse(version).ToString(3);

#pragma warning disable RS0030 // the one place that may
    private static void UseOneThread() => torch.set_num_threads(1);
#pragma warning restore RS0030
}

/// <summary>Tensors are needed, and libtorch cannot be loaded.</summary>
public sealed class LibTorchUnavailableException(string message) : Exception(message);
