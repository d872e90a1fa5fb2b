using System.Reflection;
using GradService.Domain.Gradients;

namespace GradService.Tests.House;

/// <summary>Data walks one way through the rooms of the domain, and the domain knows no HTTP.</summary>
public sealed class ArrowTests
{
    /// <summary>Each room may use those before it.</summary>
    private static readonly string[] DomainRooms =
        ["Arrays", "Faults", "Native", "Budget", "Networks", "Catalog", "Statistics", "Runs", "Separation", "Findings", "Gradients", "Objectives"];

    public static TheoryData<string> Rooms { get; } = [.. DomainRooms];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_uses_only_rooms_before_it(string room) => Assert.Empty(BackArrows(typeof(GradientService).Assembly, DomainRooms, room));

    [Fact]
    public void Every_file_of_the_domain_is_in_a_room_with_a_place_in_the_order() =>
        Assert.All(SourceFiles.Under("GradService.Domain"), file => Assert.True(file.Split('/') is [_, var room, .., _] && DomainRooms.Contains(room), file));

    [Fact]
    public void A_file_is_in_the_namespace_of_its_folder()
    {
        var elsewhere = SourceFiles.Under("GradService.Domain").Concat(SourceFiles.Under("GradService.Api")).Concat(SourceFiles.Under("GradService.Fuzz")).Concat(SourceFiles.Under("GradService.Tests"))
            .Where(file => SourceFiles.CodeLines(file).FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal)) is { } line
                && line != $"namespace {Path.GetDirectoryName(file)!.Replace('/', '.')};");
        Assert.Empty(elsewhere);
    }

    [Fact]
    public void The_domain_knows_no_HTTP_and_no_service() =>
        Assert.DoesNotContain(typeof(GradientService).Assembly.GetReferencedAssemblies(), assembly =>
            assembly.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) || assembly.Name.StartsWith("Microsoft.Extensions", StringComparison.Ordinal)
            || assembly.Name.StartsWith("GradService", StringComparison.Ordinal) || assembly.Name == "System.Text.Json");

    [Fact]
    public void Tensors_stay_in_the_domain() =>
        Assert.DoesNotContain(typeof(Program).Assembly.GetReferencedAssemblies(), assembly => assembly.Name!.StartsWith("TorchSharp", StringComparison.Ordinal));

    /// <summary>Types of a room that use types of rooms behind it.</summary>
    private static IEnumerable<string> BackArrows(Assembly assembly, string[] rooms, string room) => TypeUses.In(assembly)
        .Where(use => RoomOf(use.User) == room && Array.IndexOf(rooms, RoomOf(use.Used)) > Array.IndexOf(rooms, room))
        .Select(use => $"{use.User.Name} uses {use.Used.Name} in {RoomOf(use.Used)}");

    /// <summary>The folder of a type below its project.</summary>
    private static string? RoomOf(Type type) => type.Namespace?.Split('.') is [_, _, var room, ..] ? room : null;
}
