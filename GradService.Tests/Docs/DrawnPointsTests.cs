using System.Text;
using System.Text.Json.Nodes;
using GradService.Api.Wire.Reading;
using GradService.Api.Wire.Values;
using GradService.Domain.Arrays;
using GradService.Domain.Objectives.Sampling;

namespace GradService.Tests.Docs;

/// <summary>docs/objectives.md about points that the service draws: what it shows can be drawn, and what it names is there.</summary>
public sealed class DrawnPointsTests
{
    private const string Title = "## Points drawn by the service\n";

    private static readonly Markdown Section = new(Repository.Read("docs/objectives.md").Split(Title)[1].Split("\n## ")[0]);

    private static readonly JsonNode Sets = JsonNode.Parse($"{{{Section.CodeBlocks.Single().Text}}}")!["points"]!;

    [Fact]
    public void Every_method_is_explained() => Assert.Equal(FieldTypes.Named<SampleMethod>().Names.Keys, Section.NamesInTable("`method`"));

    [Fact]
    public void Sobol_has_as_many_axes_as_said() =>
        Assert.Contains($"up to {Sobol.MaxAxes} axes", Section.Table("`method`").Single(row => row[0] == "`sobol`")[1], StringComparison.Ordinal);

    [Fact]
    public void Points_that_are_shown_can_be_drawn()
    {
        var drawn = Sets.AsArray().ToDictionary(set => set!["name"]!.GetValue<string>(), set => Drawn(set!["sample"]!.ToJsonString()));
        Assert.All(drawn, set => Assert.Equal(set.Key == "interior" ? 2048 : 64, set.Value.Shape[0]));
        Assert.All(Enumerable.Range(0, 64), row => Assert.Equal(drawn["left"][(2 * row) + 1], drawn["right"][(2 * row) + 1]));
    }

    [Fact]
    public void A_boundary_that_is_shown_can_be_drawn() =>
        Assert.Equal(300, Drawn(Assert.Single(Section.InlineCode, code => code.Contains("boundaryOf", StringComparison.Ordinal) && code[0] == '{')).Shape[0]);

    private static NdArray Drawn(string json) =>
        DrawnPoints.Resolve(RequestReader.Read<SampleSpec>(Encoding.UTF8.GetBytes(json)), "points[0].sample", 2, Dtype.Float64).Draw();
}
