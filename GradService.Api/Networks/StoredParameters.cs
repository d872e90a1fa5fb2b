using System.Collections;
using System.Diagnostics.CodeAnalysis;
using GradService.Api.Arrays;
using GradService.Domain;

namespace GradService.Api.Networks;

/// <summary>The numbers of a stored network, each array read when it is asked for: there is never more than one of them in memory.</summary>
internal sealed class StoredParameters : IReadOnlyDictionary<string, NdArray>, IDisposable
{
    private readonly SafetensorsHeader _header;
    private readonly Dictionary<string, SafetensorsEntry> _entries;

    public StoredParameters(FileStream file)
    {
        File = file;
        _header = SafetensorsHeader.Read(file, "parameters");
        _entries = _header.Tensors.ToDictionary(entry => entry.Name);
        file.Position = 0;
    }

    /// <summary>The file as it is.</summary>
    public FileStream File { get; }

    /// <summary>What its largest array takes.</summary>
    public long LargestArrayBytes => _header.LargestArrayBytes;

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

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
