using GradService.Domain.Arrays;

namespace GradService.Tests.Domain.Catalog;

/// <summary>Arrays that are in no file, for stores that have none.</summary>
internal sealed class ArraysInMemory(IReadOnlyList<ArrayContent> contents) : IArrayFile
{
    public IReadOnlyList<ArrayContent> Contents { get; } = contents;

    public void Dispose()
    {
    }
}
