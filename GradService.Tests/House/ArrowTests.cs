using System.Text.RegularExpressions;
using GradService.Domain;

namespace GradService.Tests.House;

/// <summary>Data walks one way through the rooms of the domain, and the domain knows no HTTP.</summary>
public sealed partial class ArrowTests
{
    /// <summary>Each room may use those before it.</summary>
    private static readonly string[] Rooms = ["Native", "Networks", "Catalog", "Normalization", "Forward", "Differentiation", "Objectives", "Diagnostics"];

    public static TheoryData<string> Later { get; } = [.. Rooms];

    [Theory]
    [MemberData(nameof(Later))]
    public void A_room_uses_only_rooms_before_it(string room)
    {
        var later = Rooms[(Array.IndexOf(Rooms, room) + 1)..];
        var back = SourceFiles.Under($"GradService.Domain/{room}")
            .SelectMany(file => SourceFiles.CodeLines(file).Where(line => RoomsNamed(line).Intersect(later).Any()).Select(line => $"{file}: {line.Trim()}"));
        Assert.Empty(back);
    }

    [Fact]
    public void Every_folder_of_the_domain_is_a_room_with_a_place_in_the_order() =>
        Assert.Empty(SourceFiles.Under("GradService.Domain").Select(file => file.Split('/')).Where(parts => parts.Length > 2).Select(parts => parts[1]).Distinct().Except(Rooms));

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

    private static IEnumerable<string> RoomsNamed(string line) => RoomName().Matches(line).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"(?<![\w.""])(?:GradService\.Domain\.)?(Native|Networks|Catalog|Normalization|Forward|Differentiation|Objectives|Diagnostics)(?=[.;])")]
    private static partial Regex RoomName();
}
