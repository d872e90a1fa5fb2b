using System.Collections;
using System.Diagnostics.CodeAnalysis;
using GradService.Api.Wire.Arrays;
using GradService.Domain.Arrays;
using GradService.Domain.Catalog;
using GradService.Domain.Faults;

namespace GradService.Api.Storage;

/// <summary>The numbers of a stored network, each array read when it is asked for: there is never more than one of them in memory.</summary>
internal sealed class StoredParameters : IReadOnlyDictionary<string, NdArray>, IDisposable
{
    private const int Piece = 64 * 1024;

    private readonly SafetensorsHeader _header;
    private readonly Dictionary<string, SafetensorsEntry> _entries;

    public StoredParameters(FileStream file)
    {
        File = file;
        _header = SafetensorsHeader.Read(file, FieldPath.Of("parameters"));
        _entries = _header.Tensors.ToDictionary(entry => entry.Name);
        file.Position = 0;
    }

    /// <summary>The file as it is.</summary>
    public FileStream File { get; }

    /// <summary>How many numbers there are.</summary>
    public long Numbers => _header.Tensors.Sum(tensor => tensor.Shape.Elements);

    /// <summary>What its largest array takes.</summary>
    public long LargestArrayBytes => _header.LargestArrayBytes;

    /// <summary>All numbers, read piece by piece when they are asked for.</summary>
    public IReadOnlyList<ArrayContent> Contents =>
        [.. _header.Tensors.Select(entry => new ArrayContent(entry.Name, entry.Type.Own ?? Dtype.Float64, entry.Shape, PiecesOf(entry)))];

    public int Count => _entries.Count;

    public IEnumerable<string> Keys => _header.Tensors.Select(entry => entry.Name);

    public IEnumerable<NdArray> Values => Keys.Select(name => this[name]);

    public NdArray this[string key] => SafetensorsReader.Read(File, _header, _entries[key]);

    public bool ContainsKey(string key) => _entries.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out NdArray value)
    {
        value = ContainsKey(key) ? this[key] : null;
        return value is not null;
    }

    public IEnumerator<KeyValuePair<string, NdArray>> GetEnumerator() => Keys.Select(name => KeyValuePair.Create(name, this[name])).GetEnumerator();

    public void Dispose() => File.Dispose();

    private IEnumerable<ReadOnlyMemory<byte>> PiecesOf(SafetensorsEntry entry)
    {
        if (entry.Type.Own is null)
        {
            // The only numbers that are stored as others than they are count batches, and are single.
            yield return entry.Shape.Elements == 1 ? this[entry.Name].RawBytes.ToArray() : ReadOnlyMemory<byte>.Empty;
            yield break;
        }

        var piece = new byte[Math.Min(Piece, entry.End - entry.Begin)];
        File.Position = _header.Length + entry.Begin;
        for (var rest = entry.End - entry.Begin; rest > 0; rest -= Math.Min(piece.Length, rest))
        {
            var part = piece.AsMemory(0, (int)Math.Min(piece.Length, rest));
            File.ReadExactly(part.Span);
            yield return part;
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
