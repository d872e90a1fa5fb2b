using System.Buffers;
using System.IO.Compression;
using System.IO.Hashing;
using GradService.Api.Wire.Reading;
using GradService.Domain.Faults;

namespace GradService.Api.Wire.Arrays;

/// <summary>
/// The members of a zip archive from the wire. What the archive says of itself is believed only as far as the bytes bear it out: lengths
/// are bounded altogether before anything is unpacked, and checked against what is unpacked, as is the checksum.
/// </summary>
internal sealed class ZipMembers : IDisposable
{
    private const int MaxMembers = 20_000;
    private readonly ZipArchive _archive;

    private static ReadOnlySpan<byte> DirectoryEntry => [(byte)'P', (byte)'K', 1, 2];

    private ZipMembers(ZipArchive archive) => _archive = archive;

    public delegate void Take(string name, ReadOnlySpan<byte> content);

    /// <param name="archive">The archive, which must stay as it is until this is disposed.</param>
    /// <param name="maxBytes">How many bytes it may have unpacked (limit MaxRequestBytes).</param>
    /// <exception cref="FaultException">It is no sound archive, or too large.</exception>
    public static ZipMembers Open(BodyBytes archive, long maxBytes)
    {
        // Each member has an entry in the directory: they are counted before there is an object for each.
        if (archive.Span.Count(DirectoryEntry) is > MaxMembers and var count)
        {
            throw new FaultException(Fault.TooLarge("", $"an archive of at most {MaxMembers} members", $"{count}"));
        }

        return Sound("", () =>
        {
            var members = new ZipMembers(new ZipArchive(archive.AsStream(), ZipArchiveMode.Read));
            members.Check(maxBytes);
            return members;
        });
    }

    /// <summary>How many bytes it has unpacked.</summary>
    public long UnpackedBytes => _archive.Entries.Sum(entry => entry.Length);

    /// <summary>Hands on each member with its content, which is there during the call only.</summary>
    /// <exception cref="FaultException">A member is not what the archive says of it.</exception>
    public void ForEach(Take take)
    {
        foreach (var entry in _archive.Entries)
        {
            var name = entry.FullName;
            var length = 0;
            var rented = Sound(Fault.Shortened(name), () => Unpack(entry, out length));
            try
            {
                take(name, rented.AsSpan(0, length));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    public void Dispose() => _archive.Dispose();

    private void Check(long maxBytes)
    {
        var names = new HashSet<string>();
        Int128 total = 0;
        foreach (var entry in _archive.Entries)
        {
            var path = Fault.Shortened(entry.FullName);
            total += entry.Length;
            if (!names.Add(entry.FullName))
            {
                throw new FaultException(Fault.Invalid(path, "each member once", "it again"));
            }

            if (entry.IsEncrypted)
            {
                throw new FaultException(Fault.Invalid(path, "a member that is not encrypted", "one that is"));
            }
        }

        if (total > maxBytes)
        {
            throw new FaultException(Fault.TooLarge("", $"members of at most {maxBytes} bytes altogether once unpacked (limit MaxRequestBytes)", $"{total}",
                "Send fewer samples in one request."));
        }
    }

    /// <summary>The content of a member in a rented buffer, which grows with what is there.</summary>
    private static byte[] Unpack(ZipArchiveEntry entry, out int length)
    {
        using var content = entry.Open();
        var rented = ArrayPool<byte>.Shared.Rent((int)Math.Min(entry.Length, Math.Max(entry.CompressedLength, 4096)) + 1);
        for (length = 0; ;)
        {
            var read = content.Read(rented, length, rented.Length - length);
            length += read;
            if (read == 0 || length > entry.Length)
            {
                break;
            }

            if (length == rented.Length)
            {
                var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(entry.Length + 1, 2L * rented.Length));
                rented.CopyTo(larger, 0);
                ArrayPool<byte>.Shared.Return(rented);
                rented = larger;
            }
        }

        return length == entry.Length && Crc32.HashToUInt32(rented.AsSpan(0, length)) == entry.Crc32
            ? rented
            : throw new InvalidDataException("The length or the checksum of a member is not what the archive says.");
    }

    private static T Sound<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception broken) when (broken is InvalidDataException or IOException or NotSupportedException or ArgumentException or OverflowException)
        {
            throw new FaultException(Fault.Invalid(path, "a sound zip archive, stored or deflated, in one part", "one that is not",
                broken is InvalidDataException ? broken.Message : null));
        }
    }
}
