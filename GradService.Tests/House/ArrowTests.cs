using System.Reflection;
using GradService.Domain.Gradients;

namespace GradService.Tests.House;

/// <summary>Data walks one way through the rooms of the domain and those of the service, and the domain knows no HTTP.</summary>
public sealed class ArrowTests
{
    /// <summary>Each room may use those before it.</summary>
    internal static readonly string[] DomainRooms =
        ["Arrays", "Faults", "Native", "Budget", "Networks", "Catalog", "Statistics", "Runs", "Separation", "Findings", "Gradients", "Objectives"];

    /// <inheritdoc cref="DomainRooms"/>
    internal static readonly string[] ServiceRooms =
        ["Wire", "Serving", "Documents", "Hosting", "Storage", "Networks", "Gradients", "Objectives", "Figures", "Capabilities", "Playground", "Protocols"];

    public static TheoryData<string> RoomsOfTheDomain { get; } = [.. DomainRooms];

    public static TheoryData<string> RoomsOfTheService { get; } = [.. ServiceRooms];

    [Theory]
    [MemberData(nameof(RoomsOfTheDomain))]
    public void A_room_of_the_domain_uses_only_rooms_before_it(string room) => Assert.Empty(BackArrows(typeof(GradientService).Assembly, DomainRooms, room));

    [Theory]
    [MemberData(nameof(RoomsOfTheService))]
    public void A_room_of_the_service_uses_only_rooms_before_it(string room) => Assert.Empty(BackArrows(typeof(Program).Assembly, ServiceRooms, room));

    /// <summary>Constants leave no trace in what is compiled, but in the source they do.</summary>
    [Fact]
    public void A_file_of_the_service_names_only_rooms_before_its_own() =>
        Assert.Empty(SourceFiles.Under("GradService.Api").Where(IsInARoomOfTheService).SelectMany(file => SourceFiles.CodeLines(file)
            .Where(line => line.StartsWith("using GradService.Api.", StringComparison.Ordinal)
                && Array.IndexOf(ServiceRooms, line.TrimEnd(';').Split('.')[2]) > Array.IndexOf(ServiceRooms, file.Split('/')[1]))
            .Select(line => $"{file}: {line}")));

    [Fact]
    public void Every_file_of_the_domain_is_in_a_room_with_a_place_in_the_order() =>
        Assert.All(SourceFiles.Under("GradService.Domain"), file => Assert.True(file.Split('/') is [_, var room, .., _] && DomainRooms.Contains(room), file));

    [Fact]
    public void Every_file_of_the_service_but_its_table_of_contents_is_in_a_room_with_a_place_in_the_order() =>
        Assert.All(SourceFiles.Under("GradService.Api").Where(file => file != "GradService.Api/Program.cs"), file =>
            Assert.True(IsInARoomOfTheService(file), file));

    [Fact]
    public void A_file_is_in_the_namespace_of_its_folder()
    {
        var elsewhere = SourceFiles.Under("GradService.Domain").Concat(SourceFiles.Under("GradService.Api")).Concat(SourceFiles.Under("GradService.Fuzz"))
            .Concat(SourceFiles.Under("GradService.Tests"))
            .Where(file => SourceFiles.CodeLines(file).FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal)) is { } line
                && line != $"namespace {Path.GetDirectoryName(file)!.Replace('/', '.')};");
        Assert.Empty(elsewhere);
    }

    [Fact]
    public void The_domain_knows_no_HTTP_and_no_service() =>
        Assert.DoesNotContain(typeof(GradientService).Assembly.GetReferencedAssemblies(), assembly =>
            assembly.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
                || assembly.Name.StartsWith("Microsoft.Extensions", StringComparison.Ordinal)
            || assembly.Name.StartsWith("GradService", StringComparison.Ordinal) || assembly.Name == "System.Text.Json");

    [Fact]
    public void Tensors_stay_in_the_domain() =>
        Assert.DoesNotContain(typeof(Program).Assembly.GetReferencedAssemblies(),
            assembly => assembly.Name!.StartsWith("TorchSharp", StringComparison.Ordinal));

    private static bool IsInARoomOfTheService(string file) => file.Split('/') is [_, var room, .., _] && ServiceRooms.Contains(room);

    /// <summary>Types of a room that use types of rooms behind it.</summary>
    private static IEnumerable<string> BackArrows(Assembly assembly, string[] rooms, string room) => TypeUses.In(assembly)
        .Where(use => RoomOf(use.User) == room && Array.IndexOf(rooms, RoomOf(use.Used)) > Array.IndexOf(rooms, room))
        .Select(use => $"{use.User.Name} uses {use.Used.Name} in {RoomOf(use.Used)}");

    /// <summary>The folder of a type below its project; null for what the compiler makes, and for Program.</summary>
    private static string? RoomOf(Type type) => type.Namespace?.Split('.') is ["GradService", _, var room, ..] ? room : null;
}
