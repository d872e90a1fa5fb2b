using System.Runtime.InteropServices;

namespace GradService.Domain.Native;

/// <summary>
/// The C library's allocator, from which tensors come. glibc's keeps a stock of memory for every thread, an arena, and what tensors once
/// took stays there: with many threads that is many times what is in use.
/// </summary>
public static class Allocator
{
    /// <summary>glibc's own variable: who sets it has decided.</summary>
    private const string Variable = "MALLOC_ARENA_MAX";

    /// <summary>mallopt's M_ARENA_MAX.</summary>
    private const int ArenaMax = -8;

    private const int Arenas = 2;

    /// <summary>
    /// No arenas beyond two from now on; those that there are stay, so it is to be called before there are many threads. Elsewhere than on
    /// glibc there are none, and nothing is to be done.
    /// </summary>
    public static void BoundArenas()
    {
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable(Variable) is null
            && NativeLibrary.TryLoad("libc.so.6", out var library) && NativeLibrary.TryGetExport(library, "mallopt", out var function))
        {
            Marshal.GetDelegateForFunctionPointer<MallocOption>(function)(ArenaMax, Arenas);
        }
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int MallocOption(int option, int value);
}
