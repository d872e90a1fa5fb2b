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

    /// <summary>mallopt's M_MMAP_THRESHOLD.</summary>
    private const int MapThreshold = -3;

    /// <summary>Bytes of tensors from which on giving back is worth its time: a page given back is a page to be filled with zeros again.</summary>
    public const long WorthGivingBack = 64L << 20;

    private static readonly Trim? MallocTrim = Find<Trim>("malloc_trim");

    /// <summary>
    /// No arenas beyond two from now on; those that there are stay, so it is to be called before there are many threads. Elsewhere than on
    /// glibc there are none, and nothing is to be done.
    /// </summary>
    public static void BoundArenas()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
        {
            Find<MallocOption>("mallopt")?.Invoke(ArenaMax, Arenas);
        }
    }

    /// <summary>
    /// Large tensors are mapped and unmapped by themselves from now on, so that what they took can be had again by others, whatever it is for.
    /// That costs time, up to twice as much: only for processes whose addresses or data are limited.
    /// </summary>
    public static void MapLarge() => Find<MallocOption>("mallopt")?.Invoke(MapThreshold, 1 << 20);

    /// <summary>
    /// Gives pages that hold nothing any more back to the system, of all arenas, wherever in them they are. By itself glibc gives back the end of
    /// an arena alone, and a single small tensor there keeps all before it. Elsewhere than on glibc nothing is done.
    /// </summary>
    public static void GiveBack() => MallocTrim?.Invoke(0);

    /// <summary>A function of glibc's; null elsewhere.</summary>
    private static T? Find<T>(string name)
        where T : Delegate =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out var library) && NativeLibrary.TryGetExport(library, name, out var function)
            ? Marshal.GetDelegateForFunctionPointer<T>(function)
            : null;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int MallocOption(int option, int value);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Trim(nuint pad);
}
