using GradService.Tests.House;

namespace GradService.Tests.Docs;

/// <summary>Source files that the documents for developers name are there: who renames one finds here which page speaks of it.</summary>
public sealed class NamedFilesTests
{
    private static readonly string[] Everywhere = ["", "GradService.Domain", "GradService.Api", "GradService.Tests", "GradService.Fuzz", "build"];

    /// <summary>Documents, and how many files they name at least.</summary>
    public static TheoryData<string, int> Documents { get; } = new()
    {
        { "docs/architecture.md", 15 },
        { "docs/mathematics.md", 25 },
        { "docs/decisions/0004-primitive-normalisation.md", 3 },
        { "docs/decisions/0005-weakened-symbol.md", 1 },
        { "docs/decisions/0006-admission.md", 1 },
        { "docs/decisions/0007-ids-by-content.md", 1 },
        { "docs/decisions/0008-taylor-surrogate.md", 1 },
        { "docs/decisions/0010-faults.md", 1 },
    };

    [Theory]
    [MemberData(nameof(Documents))]
    public void Files_that_a_document_names_are_there(string document, int least)
    {
        Assert.True(NamedFiles.In(document).Count >= least);
        Assert.Empty(NamedFiles.Missing(document, Everywhere));
    }

    [Theory]
    [MemberData(nameof(RoomTests.Rooms), MemberType = typeof(RoomTests))]
    public void Files_that_a_room_starts_with_are_in_it(string room)
    {
        Assert.NotEmpty(NamedFiles.In($"{room}/README.md"));
        Assert.Empty(NamedFiles.Missing($"{room}/README.md", room));
    }
}
