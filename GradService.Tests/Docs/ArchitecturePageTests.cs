using GradService.Tests.House;

namespace GradService.Tests.Docs;

/// <summary>docs/architecture.md: its rooms are the folders that there are, in the order that is held.</summary>
public sealed class ArchitecturePageTests
{
    private static readonly string[] Sections = Repository.Read("docs/architecture.md").Split("\n## ");

    public static TheoryData<string, string, string[]> Projects { get; } = new()
    {
        { "The rooms of the domain", "GradService.Domain", ArrowTests.DomainRooms },
        { "The rooms of the service", "GradService.Api", ArrowTests.ServiceRooms },
    };

    [Theory]
    [MemberData(nameof(Projects))]
    public void Its_rooms_are_those_of_the_project_in_their_order(string title, string project, string[] order)
    {
        var section = Sections.Single(section => section.StartsWith($"{title}\n", StringComparison.Ordinal));
        var rooms = new Markdown(section).NamesInTable("room");
        Assert.Equal(order, rooms);
        Assert.Equal(
            Directory.GetDirectories(Repository.PathOf(project)).Select(folder => Path.GetFileName(folder)).Except(["bin", "obj", "Properties"])
                .Order(StringComparer.Ordinal),
            rooms.Order(StringComparer.Ordinal));
    }
}
