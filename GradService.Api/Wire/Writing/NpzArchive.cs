using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using GradService.Api.Wire.Arrays;
using GradService.Domain.Arrays;

namespace GradService.Api.Wire.Writing;

/// <summary>An archive of arrays, as numpy.savez writes it, on its way to a reader.</summary>
internal sealed class NpzArchive : IAsyncDisposable
{
    private const int Chunk = 64 * 1024;
    private readonly ZipArchive _archive;
    private readonly CancellationToken _aborted;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(Chunk);

    private NpzArchive(ZipArchive archive, CancellationToken aborted) => (_archive, _aborted) = (archive, aborted);

    public static async Task<NpzArchive> CreateAsync(PipeWriter output, CancellationToken aborted) =>
        new(await ZipArchive.CreateAsync(output.AsStream(leaveOpen: true), ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, aborted), aborted);

    /// <exception cref="OperationCanceledException">The reader went away.</exception>
    public async Task WriteAsync(string name, NdArray array)
    {
        await using var member = await OpenAsync(name);
        if (Counter.Is(array))
        {
            await member.WriteAsync(NpyWriter.HeaderOfCounter, _aborted);
            await member.WriteAsync(Counter.BytesOf(array), _aborted);
            return;
        }

        await member.WriteAsync(NpyWriter.HeaderOf(array), _aborted);
        for (var at = 0; at < array.RawBytes.Length; at += Chunk)
        {
            var length = Math.Min(Chunk, array.RawBytes.Length - at);
            array.RawBytes.Slice(at, length).CopyTo(_buffer);
            await member.WriteAsync(_buffer.AsMemory(0, length), _aborted);
        }
    }

    /// <summary>A text, as an array of its bytes.</summary>
    /// <exception cref="OperationCanceledException">The reader went away.</exception>
    public async Task WriteTextAsync(string name, ReadOnlyMemory<byte> text)
    {
        await using var member = await OpenAsync(name);
        await member.WriteAsync(NpyWriter.HeaderOfText(text.Length), _aborted);
        await member.WriteAsync(text, _aborted);
    }

    public async ValueTask DisposeAsync()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        await _archive.DisposeAsync();
    }

    // Stored: archives are chosen for speed. What deflating would save is told in CompressionServices.
    private Task<Stream> OpenAsync(string name) => _archive.CreateEntry(name + ".npy", CompressionLevel.NoCompression).OpenAsync(_aborted);
}
