using System.Text.Json;
using GradService.Api.Wire.Values;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Statistics;
using GradService.Tests.Docs;

namespace GradService.Tests.House;

/// <summary>
/// A layer, mode, question or finding is one file named after it and one line in its family's table; small twins share a file, named after
/// what they have in common.
/// </summary>
public sealed class TableTests
{
    private static readonly string[] RoomsWithRules = ["Findings", "Gradients", "Objectives"];

    [Fact]
    public void Every_layer_has_a_line_in_its_table() =>
        Assert.Equal(Members(typeof(Layer)), LayerTable.All.Values.ToHashSet());

    [Fact]
    public void Every_question_has_a_line_in_its_table() =>
        Assert.Equal(Members(typeof(Question)), QuestionTable.All.Values.ToHashSet());

    [Fact]
    public void A_member_is_called_in_a_request_as_its_record_and_its_file_are()
    {
        foreach (var (name, type) in LayerTable.All.Concat(QuestionTable.All))
        {
            Assert.Equal(JsonNamingPolicy.CamelCase.ConvertName(type.Name), name);
            Assert.True(Repository.Has(FileOf(type, type.Name)) || Declares(FileOf(type, type.BaseType!.Name), type.Name),
                $"{type} has no file of its own, and is not in that of its twins");
        }
    }

    [Fact]
    public void Every_mode_has_a_file_of_its_own_and_a_line_in_its_table() =>
        Assert.Equal(FilesIn("GradService.Domain/Statistics/Modes"), BatchNormMode.All.Select(mode => Pascal(mode.Name)).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_finding_has_a_file_of_its_own_and_a_line_in_its_table() =>
        Assert.Equal(RoomsWithRules.SelectMany(room => FilesIn($"GradService.Domain/{room}/Rules")).Order(StringComparer.Ordinal),
            FindingTable.All.Select(rule => string.Concat(rule.Code.Split('-').Select(Pascal))).Order(StringComparer.Ordinal));

    [Fact]
    public void A_table_names_each_member_on_one_line_and_no_other_code_does()
    {
        foreach (var (name, type) in LayerTable.All)
        {
            // Functions of formulas are a family of their own, and some are called as activations are.
            Assert.Equal(["GradService.Domain/Networks/Layers/LayerTable.cs"],
                Naming($"\"{name}\"]", "GradService.Domain", "GradService.Api").Where(file => file != "GradService.Domain/Objectives/Formulas/Function.cs"));
            Assert.Single(SourceFiles.CodeLines("GradService.Domain/Networks/Layers/LayerTable.cs"),
                line => line.Contains($"typeof({type.Name})", StringComparison.Ordinal));
        }

        Assert.All(QuestionTable.All.Values, type =>
            Assert.Single(SourceFiles.CodeLines("GradService.Domain/Gradients/Kinds/QuestionTable.cs"),
                line => line.Contains($"typeof({type.Name})", StringComparison.Ordinal)));
        Assert.All(FindingTable.All, rule => Assert.Single(Naming($"\"{rule.Code}\"", "GradService.Domain")));
    }

    [Fact]
    public void Every_type_of_values_has_a_line_in_its_table() =>
        Assert.Equal(Described().Append(typeof(EnumerationType)).ToHashSet(), Members(typeof(FieldType)));

    [Fact]
    public void What_integers_per_axis_are_stands_in_their_description_alone() =>
        Assert.Equal(["ConvolutionPaddingType", "FieldTypes", "PerAxisType"], Naming("PerAxis", "GradService.Api").Select(Path.GetFileNameWithoutExtension));

    private static string FileOf(Type type, string name) => $"GradService.Domain/{type.Namespace!["GradService.Domain.".Length..].Replace('.', '/')}/{name}.cs";

    private static bool Declares(string file, string name) =>
        Repository.Has(file) && SourceFiles.CodeLines(file).Any(line => line.StartsWith($"public sealed record {name} ", StringComparison.Ordinal));

    private static IEnumerable<Type> Described() => FieldTypes.All.Select(described => described.GetType());

    private static IEnumerable<string> Naming(string text, params string[] folders) =>
        folders.SelectMany(SourceFiles.Under).Where(file => SourceFiles.CodeLines(file).Any(line => line.Contains(text, StringComparison.Ordinal)));

    private static HashSet<Type> Members(Type family) => [.. family.Assembly.GetTypes().Where(type => !type.IsAbstract && family.IsAssignableFrom(type))];

    private static IEnumerable<string> FilesIn(string folder) =>
        SourceFiles.Under(folder).Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    private static string Pascal(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
