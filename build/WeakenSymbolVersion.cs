using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Copies an ELF library and marks one symbol version that it needs as weak, so that the loader accepts a system library
/// without that version. This is safe only if no symbol that is really called has it: any other symbol is an error.
/// A library which does not need the version is copied as it is.
/// </summary>
public sealed class WeakenSymbolVersion : Task
{
    [Required]
    public string Source { get; set; }

    [Required]
    public string Destination { get; set; }

    /// <summary>The version to weaken, for example GLIBCXX_3.4.32.</summary>
    [Required]
    public string Version { get; set; }

    /// <summary>The one symbol that may have the version, known never to be called.</summary>
    [Required]
    public string UncalledSymbol { get; set; }

    public override bool Execute()
    {
        try
        {
            var library = new ElfLibrary(File.ReadAllBytes(Source));
            foreach (var need in library.FindNeeds(Version))
            {
                var called = library.SymbolsOf(need).Where(name => name != UncalledSymbol).ToList();
                if (called.Count > 0)
                {
                    Log.LogError(
                        "{0} cannot be made to load without {1}, because it uses these symbols of that version: {2}.",
                        Source, Version, string.Join(", ", called));
                    return false;
                }

                library.Weaken(need);
            }

            Write(library.Bytes);
            return true;
        }
        catch (Exception e) when (e is InvalidDataException || e is IOException || e is UnauthorizedAccessException)
        {
            Log.LogError("{0} could not be prepared: {1}", Source, e.Message);
            return false;
        }
    }

    // By way of a temporary file, so that a half-written library never looks up to date.
    private void Write(byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(Destination)));
        var temporary = Destination + "." + Guid.NewGuid().ToString("N") + ".tmp";
        try
        {
            File.WriteAllBytes(temporary, bytes);
            try
            {
                File.Move(temporary, Destination);
            }
            catch (IOException) when (File.Exists(Destination))
            {
                File.Replace(temporary, Destination, null);
            }
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>The parts of a 64-bit little-endian ELF file that say which symbol versions it needs.</summary>
    private sealed class ElfLibrary
    {
        private const uint DynamicSymbols = 11;          // SHT_DYNSYM
        private const uint VersionNeeds = 0x6ffffffe;    // SHT_GNU_verneed
        private const uint SymbolVersions = 0x6fffffff;  // SHT_GNU_versym
        private const int SectionHeaderSize = 64;
        private const int SymbolSize = 24;
        private const int VersionMask = 0x7fff;          // the topmost bit of a version index means "hidden"
        private const byte WeakFlag = 0x2;               // VER_FLG_WEAK

        private readonly List<Section> sections = new List<Section>();

        public ElfLibrary(byte[] bytes)
        {
            Bytes = bytes;
            var whole = new Section(bytes, 0, 0, (ulong)bytes.Length, 0);
            if (whole.UInt32(0) != 0x464c457f || whole.UInt16(4) != 0x0102)
            {
                throw new InvalidDataException("not a 64-bit little-endian ELF file");
            }

            var table = whole.UInt64(0x28);
            var entrySize = whole.UInt16(0x3a);
            var count = whole.UInt16(0x3c);
            if (entrySize != SectionHeaderSize || count == 0)
            {
                throw new InvalidDataException("the ELF file has no section headers that could be read");
            }

            var headers = new Section(bytes, 0, table, (ulong)count * SectionHeaderSize, 0);
            for (long at = 0; at < headers.Size; at += SectionHeaderSize)
            {
                var type = headers.UInt32(at + 4);
                var takesNoSpace = type == 0 || type == 8; // SHT_NULL, SHT_NOBITS
                sections.Add(new Section(
                    bytes,
                    type,
                    takesNoSpace ? 0 : headers.UInt64(at + 24),
                    takesNoSpace ? 0 : headers.UInt64(at + 32),
                    headers.UInt32(at + 40)));
            }
        }

        public byte[] Bytes { get; }

        /// <summary>The entries of .gnu.version_r that ask for the version and are not weak yet.</summary>
        public List<Need> FindNeeds(string version)
        {
            var found = new List<Need>();
            foreach (var section in sections.Where(s => s.Type == VersionNeeds))
            {
                var names = LinkedBy(section);

                // A list of libraries (Verneed), each with a list of versions (Vernaux); steps are relative, 0 ends a list.
                for (long library = 0, step = 1; step != 0; library += step)
                {
                    var entry = library + section.UInt32(library + 8);
                    for (long left = section.UInt16(library + 2), next = 1; left > 0 && next != 0; left--, entry += next)
                    {
                        var isWeak = (section.UInt16(entry + 4) & WeakFlag) != 0;
                        if (!isWeak && names.Text(section.UInt32(entry + 8)) == version)
                        {
                            found.Add(new Need(section.Offset + entry + 4, section.UInt16(entry + 6) & VersionMask));
                        }

                        next = section.UInt32(entry + 12);
                    }

                    step = section.UInt32(library + 12);
                }
            }

            return found;
        }

        /// <summary>The names of the symbols that have the version.</summary>
        public List<string> SymbolsOf(Need need)
        {
            var versions = Only(SymbolVersions);
            var symbols = Only(DynamicSymbols);
            var names = LinkedBy(symbols);
            var found = new List<string>();
            for (long i = 0; i < symbols.Size / SymbolSize; i++)
            {
                if ((versions.UInt16(i * 2) & VersionMask) == need.Index)
                {
                    found.Add(names.Text(symbols.UInt32(i * SymbolSize)));
                }
            }

            return found;
        }

        public void Weaken(Need need)
        {
            Bytes[need.FlagsOffset] |= WeakFlag;
        }

        private Section Only(uint type)
        {
            var found = sections.Where(s => s.Type == type).ToList();
            return found.Count == 1
                ? found[0]
                : throw new InvalidDataException($"{found.Count} sections of type 0x{type:x} instead of one");
        }

        private Section LinkedBy(Section section)
        {
            return section.Link < sections.Count
                ? sections[(int)section.Link]
                : throw new InvalidDataException("a section refers to one that does not exist");
        }
    }

    /// <summary>A need of a version: where its flags are in the file, and the index by which symbols refer to it.</summary>
    private sealed class Need
    {
        public Need(long flagsOffset, int index)
        {
            FlagsOffset = flagsOffset;
            Index = index;
        }

        public long FlagsOffset { get; }

        public int Index { get; }
    }

    /// <summary>A range of the file; nothing is read beyond it.</summary>
    private sealed class Section
    {
        private readonly byte[] bytes;

        public Section(byte[] bytes, uint type, ulong offset, ulong size, uint link)
        {
            var length = (ulong)bytes.Length;
            if (offset > length || size > length - offset)
            {
                throw new InvalidDataException("a section reaches beyond the end of the file");
            }

            this.bytes = bytes;
            Type = type;
            Offset = (long)offset;
            Size = (long)size;
            Link = link;
        }

        public uint Type { get; }

        public long Offset { get; }

        public long Size { get; }

        public uint Link { get; }

        public ushort UInt16(long at)
        {
            Check(at, 2);
            return (ushort)(bytes[Offset + at] | bytes[Offset + at + 1] << 8);
        }

        public uint UInt32(long at)
        {
            return UInt16(at) | (uint)UInt16(at + 2) << 16;
        }

        public ulong UInt64(long at)
        {
            return UInt32(at) | (ulong)UInt32(at + 4) << 32;
        }

        /// <summary>A text that a zero byte ends.</summary>
        public string Text(long at)
        {
            Check(at, 1);
            var end = Array.IndexOf(bytes, (byte)0, (int)(Offset + at), (int)(Size - at));
            return end >= 0
                ? Encoding.ASCII.GetString(bytes, (int)(Offset + at), end - (int)(Offset + at))
                : throw new InvalidDataException("a name does not end within its section");
        }

        private void Check(long at, int count)
        {
            if (at < 0 || at > Size - count)
            {
                throw new InvalidDataException("a value lies outside its section");
            }
        }
    }
}
