using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace GradService.Api.Storage;

/// <summary>Which file or folder a path leads to: the same path may lead to another one later.</summary>
/// <param name="Major">The disk's number, its first part.</param>
/// <param name="Minor">Its second part.</param>
/// <param name="Inode">The file's number on that disk.</param>
internal readonly record struct FileIdentity(uint Major, uint Minor, ulong Inode)
{
    // The kernel's struct statx, which is the same on all processors.
    private const int Size = 256;
    private const int InodeAt = 32;
    private const int MajorAt = 136;
    private const int MinorAt = 140;
    private const int FromWorkingFolder = -100;
    private const int NoLink = 0x100;
    private const uint InodeAlone = 0x100;

    /// <summary>Null where nothing is there, or the system does not say.</summary>
    public static FileIdentity? Of(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var answer = new byte[Size];
        return Ask(FromWorkingFolder, [.. Encoding.UTF8.GetBytes(path), 0], NoLink, InodeAlone, answer) != 0 ? null
            : new FileIdentity(
                BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(MajorAt)),
                BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(MinorAt)),
                BinaryPrimitives.ReadUInt64LittleEndian(answer.AsSpan(InodeAt)));
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Ask(int folder, byte[] path, int flags, uint wanted, byte[] answer);
}
