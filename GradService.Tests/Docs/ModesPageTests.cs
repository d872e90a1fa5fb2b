using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GradService.Domain.Arrays;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Separation;
using GradService.Domain.Statistics;
using GradService.Tests.Api;
using GradService.Tests.House;

namespace GradService.Tests.Docs;

/// <summary>docs/modes-and-gradients.md: its figures are the service's, and what it names is there.</summary>
[Collection(SharedApplication.Name)]
public sealed partial class ModesPageTests(GradApplication application)
{
    private const int Samples = 100;

    private static readonly Markdown Page = new(Repository.Read("docs/modes-and-gradients.md"));

    [Fact]
    public async Task Outputs_and_gradients_at_single_samples_are_as_shown()
    {
        var (sum, own, detached) = (await AskAsync("train", "sum"), await AskAsync("train", "perSample"), await AskAsync("trainDetached", "perSample"));
        var rows = Page.Table("sample i");
        Assert.Equal(5, rows.Count);
        foreach (var row in rows)
        {
            var sample = int.Parse(row[0], CultureInfo.InvariantCulture);
            AssertRow(row[1..], Inputs()[sample], Flat(own["outputs"])[sample], Flat(sum["gradients"])[sample], Flat(own["gradients"])[sample],
                Flat(detached["gradients"])[sample]);
        }
    }

    [Fact]
    public async Task The_sum_is_noise_in_either_precision()
    {
        Assert.InRange(Flat((await AskAsync("train", "sum"))["gradients"]).Max(Math.Abs), 0, 1e-5);
        Assert.InRange(Flat((await AskAsync("train", "sum", dtype: "float64"))["gradients"]).Max(Math.Abs), 0, 1e-14);
    }

    [Fact]
    public async Task The_column_of_the_batch_Jacobian_is_as_shown()
    {
        const int Moved = 50;
        var jacobian = Flat((await AskAsync("train", "jacobian"))["gradients"]);
        var column = Enumerable.Range(0, Samples).Select(output => jacobian[(output * Samples) + Moved]).ToArray();
        var rows = Page.Table($"moved by x_{Moved}");
        Assert.Equal(9, rows.Count);
        foreach (var row in rows.SkipLast(2))
        {
            AssertRow(row[1..], column[int.Parse(row[0]["y_".Length..], CultureInfo.InvariantCulture)]);
        }

        AssertRow(rows[^2][1..], column.Sum() - column[Moved]);
        AssertRow(rows[^1][1..], column.Sum());
    }

    [Fact]
    public async Task The_coupling_shares_are_as_shown()
    {
        var rows = Page.Table("mode", "coupling share");
        Assert.Equal(2, rows.Count);
        foreach (var row in rows)
        {
            AssertRow(row[1..], (await AskAsync(row[0].Trim('`'), "jacobian"))["diagnostics"]!["coupling"]!["share"]!.GetValue<double>());
        }
    }

    [Fact]
    public async Task The_factors_are_as_many_numbers_as_said_and_add_up_to_the_own_gradient()
    {
        const int Sample = 50;
        var factors = (await AskAsync("train", "jacobian", """, "form": "factored" """))["factors"]!;
        var (diagonal, left, right) = (Flat(factors["diagonal"]), Flat(factors["left"]), Flat(factors["right"]));
        var statistics = left.Length / Samples;
        var product = Enumerable.Range(0, statistics).Sum(k => left[(Sample * statistics) + k] * right[(k * Samples) + Sample]);
        Assert.All(Page.Table("part").Zip([diagonal[Sample], product, diagonal[Sample] + product]), pair => AssertRow(pair.First[1..], pair.Second));
        Assert.Equal(3, Page.Table("part").Count);

        Assert.Equal(20, statistics);
        Assert.Equal(
            [$"{Samples * Samples}", $"{diagonal.Length + left.Length + right.Length}", "100000000", $"{10_000 * (1 + (2 * statistics))}"],
            Page.Table("for the network above, K = 20").Select(row => row[1]));
    }

    [Fact]
    public void It_explains_every_mode() => Assert.Equal(BatchNormMode.All.Select(mode => mode.Name), Page.NamesInTable("mode", "statistics"));

    [Fact]
    public void It_explains_every_kind() => Assert.Equal(QuestionTable.All.Keys, Page.NamesInTable("kind", "fields"));

    [Fact]
    public void The_factors_that_it_names_are_those_of_an_answer() =>
        Assert.Equal(
            typeof(JacobianFactors).GetProperties().Where(property => property.PropertyType == typeof(NdArray))
                .Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)),
            Page.NamesInTable("factor"));

    [Fact]
    public void Modes_and_kinds_that_it_advises_exist()
    {
        foreach (var row in Page.Table("you want"))
        {
            Assert.All(new Markdown(row[1]).InlineCode, mode => Assert.Contains(mode, BatchNormMode.All.Select(each => each.Name)));
            Assert.All(new Markdown(row[2]).InlineCode, kind => Assert.Contains(kind, QuestionTable.All.Keys));
        }

        Assert.All(Page.Table("kind"),
            row => Assert.True(QuestionTable.All.ContainsKey(row[0].Trim('`')) && BatchNormMode.All.Any(mode => mode.Name == row[1].Trim('`'))));
    }

    [Fact]
    public async Task What_it_advises_is_answered()
    {
        foreach (var row in Page.Table("you want"))
        {
            var kind = row[2].Trim('`');
            var more = kind switch
            {
                "derivatives" => """, "order": 2""",
                "vjp" => $$""", "cotangent": [{{string.Join(", ", Enumerable.Repeat("[1]", Samples))}}]""",
                _ => "",
            };
            foreach (var mode in new Markdown(row[1]).InlineCode)
            {
                Assert.Equal(kind, (await AskAsync(mode, kind, more))["kind"]!.GetValue<string>());
            }
        }
    }

    [Fact]
    public void Layers_and_findings_that_it_names_exist()
    {
        Assert.All(Page.InlineCode.Where(code => code.EndsWith("Norm", StringComparison.Ordinal)), layer => Assert.Contains(layer, LayerTable.All.Keys));
        Assert.All(Page.InlineCode.Where(code => FindingCode().IsMatch(code)), code => Assert.Contains(code, FindingTable.All.Select(rule => rule.Code)));
    }

    [GeneratedRegex("^[a-z]+(-[a-z]+)+$")]
    private static partial Regex FindingCode();

    private static double[] Inputs() => [.. Enumerable.Range(0, Samples).Select(sample => sample / (Samples - 1.0))];

    private async Task<JsonNode> AskAsync(string mode, string kind, string more = "", string dtype = "float32") =>
        await application.SucceedAsync("/v1/gradients", JsonNode.Parse($$"""
            {
              "network": {
                "inputShape": [1],
                "layers": [
                  { "type": "linear", "outFeatures": 10 },
                  { "type": "tanh" },
                  { "type": "batchNorm", "affine": false },
                  { "type": "linear", "outFeatures": 1 }
                ],
                "dtype": "{{dtype}}",
                "seed": 7
              },
              "inputs": [{{string.Join(", ", Inputs().Select(x => string.Create(CultureInfo.InvariantCulture, $"[{x:R}]")))}}],
              "batchNorm": { "mode": "{{mode}}" },
              "gradient": { "kind": "{{kind}}"{{more}} }
            }
            """)!);

    private static double[] Flat(JsonNode? array) => array is JsonArray list ? [.. list.SelectMany(Flat)] : [array!.GetValue<double>()];

    private static void AssertRow(IReadOnlyList<string> shown, params IReadOnlyList<double> came) =>
        Figures.AssertShown(string.Join(" | ", shown), string.Join(" | ", came.Select(number => number.ToString("R", CultureInfo.InvariantCulture))));
}
