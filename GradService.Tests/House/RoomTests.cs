using GradService.Tests.Docs;

namespace GradService.Tests.House;

/// <summary>Whoever opens a room's folder finds there what lives in it, what to mind when changing it, and where to start.</summary>
public sealed class RoomTests
{
    private const string Tests = "GradService.Tests/Api";

    private static IEnumerable<string> Folders =>
        ArrowTests.DomainRooms.Select(room => $"GradService.Domain/{room}").Concat(ArrowTests.ServiceRooms.Select(room => $"GradService.Api/{room}"));

    public static TheoryData<string> Rooms { get; } = [.. Folders];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_opens_with_at_most_ten_lines_about_it(string room)
    {
        var lines = Repository.Read($"{room}/README.md").TrimEnd().Split('\n');
        Assert.Equal($"# {room.Split('/')[1]}", lines[0]);
        Assert.InRange(lines.Length, 3, 10);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 160));
        Assert.Single(lines, line => line.StartsWith("**Changing it.** ", StringComparison.Ordinal));
        Assert.Single(lines, line => line.StartsWith("**Start with** ", StringComparison.Ordinal));
    }

    [Fact]
    public void Tests_of_the_service_lie_in_the_folder_of_what_they_test() =>
        Assert.DoesNotContain(
            SourceFiles.Under(Tests).Where(file => file.EndsWith("Tests.cs", StringComparison.Ordinal))
                .Select(file => Path.GetDirectoryName(file)![Tests.Length..]),
            folder => folder.Length == 0 || !Repository.Has($"GradService.Api{folder}"));
}
