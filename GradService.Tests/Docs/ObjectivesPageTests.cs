using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using GradService.Domain.Objectives;
using GradService.Domain.Objectives.Formulas;
using GradService.Domain.Statistics;
using GradService.Tests.Api;
using GradService.Tests.Api.Hosting.Security;
using GradService.Tests.House;
using GradService.Tests.Problems;

namespace GradService.Tests.Docs;

/// <summary>docs/objectives.md: its figures are the service's, and what it names is there.</summary>
[Collection(SharedApplication.Name)]
public sealed partial class ObjectivesPageTests(GradApplication application)
{
    private static readonly string Text = Repository.Read("docs/objectives.md");

    private static readonly Markdown Page = new(Text);

    [Fact]
    public async Task Values_cosines_and_passes_of_the_six_meanings_are_as_shown()
    {
        var two = (await application.SucceedAsync("/v1/objectives/compare", Request()))["results"]!.AsArray();
        var one = (await application.SucceedAsync("/v1/objectives/compare", OneLayer()))["results"]!.AsArray();
        var rows = Page.Table("variant");
        Assert.Equal("abcdef", string.Concat(rows.Select(row => row[0])));
        foreach (var (row, result, ofOne) in rows.Zip(two, one))
        {
            AssertRow(row[1..], Number(result!["terms"]![0]!["value"]), Number(result["terms"]![1]!["value"]), Number(result["gradientCosine"]),
                Number(ofOne!["diagnostics"]!["passes"]), Number(result["diagnostics"]!["passes"]));
        }
    }

    [Fact]
    public void The_six_meanings_are_those_that_there_are()
    {
        var rows = Page.Table("letter");
        Assert.Equal(ObjectiveVariant.All.Select(variant => variant.Letter), rows.Select(row => row[0].Trim('*')));
        foreach (var (row, variant) in rows.Zip(ObjectiveVariant.All))
        {
            Assert.Equal($"`{variant.Mode.Name}`", row[1]);
            Assert.Equal(variant.Mode.GradientFlows ? variant.Derivative == InputDerivative.Sum ? "`sum`" : "`perSample`" : "either", row[2]);
            Assert.Equal(variant.Mode.GradientFlows ? "always" : variant.ThroughStatistics switch { true => "true", false => "false", null => "–" }, row[3]);
        }
    }

    [Theory]
    [MemberData(nameof(FormulasShown))]
    public async Task A_formula_that_is_shown_is_one(string formula) =>
        await application.SucceedAsync("/v1/objectives", Request().With("terms[0].residual", $"\"{formula}\""));

    public static TheoryData<string> FormulasShown() => [.. Page.NamesInTable("formula"), "2^3^2", "2*u", "u - sin(pi*x)"];

    [Theory]
    [InlineData("-x^2", -0.5)]
    [InlineData("2^3^2", 512)]
    public async Task Powers_bind_as_said(string formula, double meanOnTheBoundary) =>
        Assert.Equal(meanOnTheBoundary,
            Number((await application.SucceedAsync("/v1/objectives",
                Request().With("terms[1]",
                    $$"""{ "name": "power", "on": "boundary", "residual": "{{formula}}", "reduction": "mean" }""")))["terms"]![1]!["value"]), 1e-9);

    [Fact]
    public async Task A_product_that_is_not_written_out_is_refused() =>
        Assert.Equal(400, (await ProblemAnswer.PostAsync(application, "/v1/objectives", Request().With("terms[0].residual", "\"2u\"").ToJsonString())).Status);

    [Fact]
    public void Functions_and_bounds_are_those_in_force()
    {
        var functions = Text[Text.IndexOf("- The functions ", StringComparison.Ordinal)..].Split(". `pi`")[0];
        Assert.Equal([.. FormulaLanguage.Functions.Order(), .. FormulaLanguage.FunctionsOfTwo.Order()], InOrder(functions.Split("those of two")));
        Assert.Equal(
            [$"{Formula.MaxLength}", $"{Formula.MaxDepth}", $"{Formula.MaxOrder}", $"{Objective.MaxNameLength}",
                $"{MaxLengthOf(nameof(ObjectiveRequest.Points))}", $"{Objective.MaxFields}", $"{Objective.MaxUnknowns}", $"{ExpressionPool.MaxExpressions}",
                $"{Objective.MaxWrittenOut}"],
            Page.Table("bound").Select(row => row[1]));
        Assert.Equal((Objective.MaxNameLength, MaxLengthOf(nameof(ObjectiveRequest.Points))),
            (FormulaNames.MaxNameLength, MaxLengthOf(nameof(ObjectiveRequest.Terms))));
    }

    [Fact]
    public async Task Names_that_are_reserved_are_refused_and_newer_words_are_not()
    {
        var functions = Text[Text.IndexOf("- The functions ", StringComparison.Ordinal)..].Split(". `pi`")[0];
        foreach (var (place, word) in new Markdown(functions).InlineCode.Concat(["pi", "target", "e"]).Index())
        {
            var request = Request().With("outputs", $"[\"{word}\"]").With("terms[0].residual", $"\"{word}_xx\"").With("terms[1].residual", $"\"{word}\"");
            var (status, _) = await application.PostAsync("/v1/objectives", request.ToJsonString());
            Assert.True(status == (place < 8 || word is "pi" or "target" ? HttpStatusCode.BadRequest : HttpStatusCode.OK), $"{word}: {status}");
        }
    }

    [Theory]
    [InlineData("D*flux_xxx - k", true)]
    [InlineData("flux_xxxx", false)]
    [InlineData("D_x", false)]
    [InlineData("scaled - k*flux_x", true)]
    [InlineData("scaled_x", false)]
    public async Task Fields_are_differentiated_and_unknowns_and_data_are_not(string residual, bool taken)
    {
        var request = Request().With("fields", """{ "flux": "u^2*u_x", "scaled": "k*u" }""").With("unknowns", """{ "D": 0.5 }""")
            .With("points[1].data", """{ "k": [1, 2] }""")
            .With("terms[1]", $$"""{ "name": "flux", "on": "boundary", "residual": "{{residual}}" }""");
        if (taken)
        {
            await application.SucceedAsync("/v1/objectives", request);
        }
        else
        {
            var answer = await ProblemAnswer.PostAsync(application, "/v1/objectives", request.ToJsonString());
            Assert.Equal((400, "terms[1].residual"), (answer.Status, Assert.Single(answer.Errors).Key));
        }
    }

    /// <summary>Half of each at a tie, none of a sign or a step: the gradient with respect to a point where the formula names it.</summary>
    [Theory]
    [InlineData("min(x, 0)", 0.5)]
    [InlineData("max(x, 0)", 0.5)]
    [InlineData("max(x, 0) + 3*sign(x) + step(x)", 0.5)]
    public async Task Corners_have_the_derivatives_that_are_said(string formula, double slope)
    {
        var request = Request().With("terms", $$"""[{ "name": "corner", "on": "boundary", "residual": "{{formula}}", "reduction": "mean" }]""")
            .With("return", """["inputGradients"]""");
        var gradient = (await application.SucceedAsync("/v1/objectives", request))["inputGradients"]!["boundary"]![0]![0];
        Assert.Equal(slope / 2, Number(gradient), 1e-12);
    }

    [Fact]
    public async Task Reductions_are_what_the_table_says()
    {
        double[] weights = [0.5, 3];
        Func<double[], double>[] values =
        [
            r => r.Zip(weights, (each, w) => w * each * each).Sum() / 2,
            r => r.Zip(weights, (each, w) => w * each).Sum() / 2,
            r => Math.Pow(r.Zip(weights, (each, w) => w * each).Sum() / 2, 2),
            r => r.Zip(weights, (each, w) => w * each * each).Sum(),
        ];
        var reductions = Page.NamesInTable("`reduction`");
        Assert.Equal(Enum.GetNames<Reduction>().Order(), reductions.Select(name => char.ToUpperInvariant(name[0]) + name[1..]).Order());
        foreach (var (reduction, value) in reductions.Zip(values))
        {
            var request = Request().With("return", """["residuals"]""").With("terms[1]",
                $$"""{ "name": "bc", "on": "boundary", "residual": "u + 1", "reduction": "{{reduction}}", "weights": [0.5, 3] }""");
            var term = (await application.SucceedAsync("/v1/objectives", request))["terms"]![1]!;
            Assert.Equal(value([.. term["residuals"]!.AsArray().Select(Number)]), Number(term["value"]), 1e-12);
        }
    }

    [Fact]
    public void What_input_gradients_hold_of_the_statistics_is_said_of_every_mode()
    {
        var rows = Page.Table("mode", "what `inputGradients` holds of the statistics");
        foreach (var (row, flows) in rows.Zip([true, false]))
        {
            Assert.Equal(BatchNormMode.All.Where(mode => mode.GradientFlows == flows).Select(mode => mode.Name).Order(),
                new Markdown(row[0]).InlineCode.Order());
        }
    }

    [Fact]
    public void Both_ways_of_batching_are_explained() => Assert.Equal(["joint", "perSet"], Page.NamesInTable("`batches`"));

    [Fact]
    public async Task A_finding_comes_where_it_is_said_to_and_not_without()
    {
        var plain = Codes(await application.SucceedAsync("/v1/objectives", Request()));
        foreach (var row in Page.Table("code"))
        {
            var asked = Request();
            foreach (var (field, value) in JsonNode.Parse(row[1].Trim('`'))!.AsObject())
            {
                asked[field] = value!.DeepClone();
            }

            var code = row[0].Trim('`');
            Assert.Contains(code, Codes(await application.SucceedAsync("/v1/objectives", asked)));
            Assert.Equal(code == "eval-differs", plain.Contains(code));
        }
    }

    [Fact]
    public async Task The_sets_outputs_differ_by_as_much_as_said()
    {
        var answer = await application.SucceedAsync("/v1/objectives", Request().With("batchNorm", """{ "batches": "perSet" }"""));
        var message = answer["diagnostics"]!["findings"]!.AsArray()
            .Single(finding => finding!["code"]!.GetValue<string>() == "sets-normalised-differently")!["message"]!.GetValue<string>();
        Figures.AssertShown(ByUpTo().Match(Text).Value, ByUpTo().Match(message).Value);
    }

    [Fact]
    public async Task Passes_are_as_shown()
    {
        foreach (var row in Page.Table("residual"))
        {
            var variables = new Markdown(row[1]).InlineCode;
            var inputs = Enumerable.Range(0, 9).Select(i => $"[{string.Join(", ", variables.Select((_, axis) => $"{i * (axis + 1)}"))}]");
            var request = Request().With("network.inputShape", $"[{variables.Count}]")
                .With("variables", $"[{string.Join(", ", variables.Select(name => $"\"{name}\""))}]")
                .With("points", $$"""[{ "name": "interior", "inputs": [{{string.Join(", ", inputs)}}] }]""")
                .With("terms", $$"""[{ "name": "pde", "on": "interior", "residual": "{{row[0].Trim('`')}}" }]""");
            AssertRow(row[2..], Number((await application.SucceedAsync("/v1/objectives", request))["diagnostics"]!["passes"]));
        }
    }

    [Fact]
    public async Task The_values_alone_take_a_sweep_less() =>
        Assert.Equal(
            Number((await application.SucceedAsync("/v1/objectives", Request()))["diagnostics"]!["passes"]) - 1,
            Number((await application.SucceedAsync("/v1/objectives", Request().With("return", "[]")))["diagnostics"]!["passes"]));

    [Fact]
    public async Task Gradients_with_respect_to_the_points_come_with_those_of_the_parameters() =>
        Assert.Equal(
            Number((await application.SucceedAsync("/v1/objectives", Request()))["diagnostics"]!["passes"]),
            Number((await application.SucceedAsync("/v1/objectives",
                Request().With("return", """["parameterGradients", "inputGradients"]""")))["diagnostics"]!["passes"]));

    [Fact]
    public async Task Own_derivatives_at_many_points_are_beyond_the_default_as_said()
    {
        const int Many = 2_000;
        Assert.Contains("With the third derivative at 2,000 points that is beyond the default, 10,000,000", Text.ReplaceLineEndings(" "),
            StringComparison.Ordinal);
        var request =
            Request().With("points[0].inputs",
                $"[{string.Join(", ", Enumerable.Range(0, Many).Select(i => string.Create(CultureInfo.InvariantCulture, $"[{i / 2000.0}]")))}]")
                .With("terms[0].residual", "\"u_xxx\"");
        var refused = await ProblemAnswer.PostAsync(application, "/v1/objectives",
            request.DeepClone().With("batchNorm", """{ "mode": "train" }""").ToJsonString());
        Assert.Equal(413, refused.Status);
        Assert.Contains($"at most 10000000 of", refused.Detail, StringComparison.Ordinal);
        Assert.Contains($"got {(Many + 2) * Many * 3}.", refused.Detail, StringComparison.Ordinal);
        await application.SucceedAsync("/v1/objectives", request);
    }

    [Fact]
    public void Modes_and_findings_that_it_names_exist()
    {
        Assert.All(Page.Table("letter"), row => Assert.NotNull(BatchNormMode.Find(row[1].Trim('`'))));
        Assert.All(Page.InlineCode.Where(code => FindingCode().IsMatch(code)), code => Assert.Contains(code, FindingTable.All.Select(rule => rule.Code)));
    }

    private static IEnumerable<string> InOrder(IEnumerable<string> parts) => parts.SelectMany(part => new Markdown(part).InlineCode.Order());

    private static JsonNode Request() => JsonNode.Parse(Page.CodeBlocks[0].Text)!;

    private static JsonNode OneLayer()
    {
        var request = Request();
        var layers = request["network"]!["layers"]!.AsArray();
        layers.RemoveRange(3, 3);
        return request;
    }

    private static int MaxLengthOf(string property) => typeof(ObjectiveRequest).GetProperty(property)!.GetCustomAttribute<MaxLengthAttribute>()!.Length;

    private static List<string> Codes(JsonNode answer) =>
        [.. answer["diagnostics"]!["findings"]!.AsArray().Select(finding => finding!["code"]!.GetValue<string>())];

    private static double Number(JsonNode? node) => node!.GetValue<double>();

    private static void AssertRow(IReadOnlyList<string> shown, params IReadOnlyList<double> came) =>
        Figures.AssertShown(string.Join(" | ", shown), string.Join(" | ", came.Select(number => number.ToString("R", CultureInfo.InvariantCulture))));

    [GeneratedRegex(@"differ by up to [\d.]+\d")]
    private static partial Regex ByUpTo();

    [GeneratedRegex("^[a-z]+(-[a-z]+)+$")]
    private static partial Regex FindingCode();
}
