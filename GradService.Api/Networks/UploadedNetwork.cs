using GradService.Api.Storage;
using GradService.Domain.Arrays;
using GradService.Domain.Networks;

namespace GradService.Api.Networks;

/// <summary>A network that came to be stored.</summary>
/// <param name="Network">The network.</param>
/// <param name="Name">The name that shall point to it; null: none.</param>
/// <param name="Parameters">The file that its numbers came in; null: they are in the spec, or a seed draws them.</param>
internal sealed record UploadedNetwork(NetworkSource Network, string? Name, UploadedParameters? Parameters = null) : IDisposable
{
    public void Dispose() => Parameters?.Dispose();
}

/// <summary>
/// An uploaded file on the disk, and its tensors by the names of the network. It is removed when the last who keeps it disposes of it: the
/// request, and the computation, which may outlast it.
/// </summary>
/// <param name="file">The file.</param>
/// <param name="contents">Its tensors, read when their numbers are asked for.</param>
internal sealed class UploadedParameters(IncomingFile file, IReadOnlyList<ArrayContent> contents) : IDisposable
{
    private int _keepers = 1;

    public IncomingFile File { get; } = file;

    public IReadOnlyList<ArrayContent> Contents { get; } = contents;

    /// <summary>One more who must dispose of it.</summary>
    public IDisposable Keep()
    {
        Interlocked.Increment(ref _keepers);
        return this;
    }

    public void Dispose()
    {
        if (Interlocked.Decrement(ref _keepers) == 0)
        {
            File.Dispose();
        }
    }
}
