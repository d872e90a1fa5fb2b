using System.Collections;
using System.Diagnostics.CodeAnalysis;
using GradService.Api.Wire.Arrays;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Api.Storage;

/// <summary>The numbers of a stored network, each array read when it is asked for: there is never more than one of them in memory.</summary>
internal sealed class StoredParameters : IReadOnlyDictionary<string, NdArray>, IArrayFile
{
    private readonly SafetensorsHeader _header;
    private readonly Dictionary<string, ArrayContent> _arrays;

    public StoredParameters(FileStream file)
    {
        File = file;
        _header = SafetensorsHeader.Read(file, FieldPath.Of("parameters"));
        Unguarded = SafetensorsReader.Contents(file, _header);
        Contents = StorageFailures.Translated(Unguarded);
        _arrays = Contents.ToDictionary(array => array.Name);
        file.Position = 0;
    }

    /// <summary>The file as it is.</summary>
    public FileStream File { get; }

    /// <summary>How many numbers there are.</summary>
    public long Numbers => _header.Tensors.Sum(tensor => tensor.Shape.Elements);

    /// <summary>What its largest array takes.</summary>
    public long LargestArrayBytes => _header.LargestArrayBytes;

    /// <summary>All arrays; where the disk fails as they are read that is told in terms of what a caller can do.</summary>
    public IReadOnlyList<ArrayContent> Contents { get; }

    /// <summary>The same for whoever tells himself what a failure means.</summary>
    public IReadOnlyList<ArrayContent> Unguarded { get; }

    public int Count => _arrays.Count;

    public IEnumerable<string> Keys => Contents.Select(array => array.Name);

    public IEnumerable<NdArray> Values => Contents.Select(array => array.ToArray());

    public NdArray this[string key] => _arrays[key].ToArray();

    public bool ContainsKey(string key) => _arrays.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out NdArray value)
    {
        value = ContainsKey(key) ? this[key] : null;
        return value is not null;
    }

    public IEnumerator<KeyValuePair<string, NdArray>> GetEnumerator() => Keys.Select(name => KeyValuePair.Create(name, this[name])).GetEnumerator();

    public void Dispose() => File.Dispose();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
