using System.Reflection;
using GradService.Tests.Docs;

namespace GradService.Tests.House;

/// <summary>The fast lane is one command, which CONTRIBUTING.md names, and every test is in it unless its class says otherwise.</summary>
public sealed class LaneTests
{
    private const string Command = "dotnet test GradService.Tests --filter \"Lane!=Slow\"\n";

    private static IReadOnlyList<Type> Classes { get; } =
        [.. typeof(LaneTests).Assembly.GetTypes().Where(type => type.GetMethods().Any(method => method.GetCustomAttributes<FactAttribute>().Any()))];

    [Fact]
    public void The_command_is_in_the_guide_for_contributors() =>
        Assert.Contains(Command, new Markdown(Repository.Read("CONTRIBUTING.md")).CodeBlocks.Select(block => block.Text));

    /// <summary>A misspelt lane would be in nobody's way, and in nobody's filter.</summary>
    [Fact]
    public void There_is_one_other_lane_and_whole_classes_are_in_it()
    {
        Assert.Equal([("Lane", "Slow")], Classes.SelectMany(TraitsOf).Distinct());
        Assert.DoesNotContain(Classes.SelectMany(type => type.GetMethods()), method => TraitsOf(method).Any());
    }

    [Fact]
    public void Most_classes_are_in_the_fast_lane() => Assert.InRange(Classes.Count(type => TraitsOf(type).Any()), 1, Classes.Count / 3);

    [Fact]
    public void The_house_is_looked_after_in_the_fast_lane() =>
        Assert.DoesNotContain(Classes, type => type.Namespace == typeof(LaneTests).Namespace && TraitsOf(type).Any());

    private static IEnumerable<(string Name, string Value)> TraitsOf(MemberInfo member) =>
        member.GetCustomAttributesData().Where(attribute => attribute.AttributeType == typeof(TraitAttribute))
            .Select(attribute => ((string)attribute.ConstructorArguments[0].Value!, (string)attribute.ConstructorArguments[1].Value!));
}
