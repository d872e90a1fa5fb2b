using System.Text.Json.Nodes;
using GradService.Tests.Api;
using GradService.Tests.Oracles;

namespace GradService.Tests.Goldens;

/// <summary>Every loss of objectives.json and its parameter gradients, through HTTP, against PyTorch's figures.</summary>
[Collection(SharedApplication.Name)]
[Trait("Lane", "Slow")]
public sealed class ObjectiveGoldenTests(GradApplication application)
{
    private const double Tolerance = 1e-9;

    /// <summary>What cancels leaves rounding noise of the size of what was summed: smaller arrays are measured by this share of the largest.</summary>
    private const double Floor = 1e-3;

    private static readonly string[] Variants = ["a", "b", "c", "d", "e", "f"];

    private static IReadOnlyDictionary<string, JsonNode> Goldens => GoldenFiles.Cases("objectives.json");

    public static TheoryData<string> Cases() => [.. Goldens.Keys];

    /// <summary>Problems that have a case for each of the six variants.</summary>
    public static TheoryData<string> Compared() =>
        [.. Goldens.Keys.Where(name => name.EndsWith("/a", StringComparison.Ordinal)).Select(name => name[..^2])
            .Where(problem => Variants.All(variant => Goldens.ContainsKey($"{problem}/{variant}")))];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Values_residuals_parameter_gradients_and_statistics_are_PyTorchs(string name)
    {
        var golden = Goldens[name];
        AssertAnswer(golden["expected"]!, await application.SucceedAsync("/v1/objectives", golden["request"]!), name);
    }

    [Theory]
    [MemberData(nameof(Compared))]
    public async Task A_comparison_of_the_six_variants_gives_the_answer_of_each(string problem)
    {
        var request = Goldens[$"{problem}/a"]["request"]!.DeepClone();
        request["batchNorm"]!.AsObject().Remove("mode");
        request.AsObject().Remove("derivative");
        await AssertComparisonAsync(request, problem, Variants);
    }

    [Fact]
    public async Task A_comparison_of_chosen_variants_gives_them_in_the_order_chosen()
    {
        var request = Goldens["poisson/a"]["request"]!.DeepClone();
        request["compare"] = new JsonArray(
            new JsonObject { ["mode"] = "movingAverage", ["throughStatistics"] = true },
            new JsonObject { ["mode"] = "trainDetached", ["throughStatistics"] = false },
            new JsonObject { ["mode"] = "train", ["derivative"] = "sum" });
        await AssertComparisonAsync(request, "poisson", "f-through", "d", "a");
    }

    [Fact]
    public async Task Residuals_and_parameter_gradients_are_there_only_where_they_are_asked_for()
    {
        var golden = Goldens["two-layers/c"];
        var request = golden["request"]!.DeepClone().AsObject();
        request.Remove("return");
        var byDefault = await application.SucceedAsync("/v1/objectives", request);
        Assert.All(byDefault["terms"]!.AsArray(), term => Assert.Null(term!["residuals"]));
        AssertGradients(golden["expected"]!, byDefault, "by default");

        request["return"] = new JsonArray("residuals");
        var residuals = await application.SucceedAsync("/v1/objectives", request);
        Assert.All(residuals["terms"]!.AsArray(), term => Assert.NotNull(term!["residuals"]));
        Assert.Null(residuals["parameterGradients"]);
    }

    [Fact]
    public async Task A_naive_term_has_no_parameter_gradient()
    {
        var terms = Goldens["poisson/a"]["request"]!["terms"]!.AsArray();
        var sizes = new List<double>();
        foreach (var term in terms)
        {
            var request = Goldens["poisson/a"]["request"]!.DeepClone();
            request["terms"] = new JsonArray(term!.DeepClone());
            sizes.Add(Largest((await application.SucceedAsync("/v1/objectives", request))["parameterGradients"]!));
        }

        Assert.True(sizes[0] < 1e-10 * sizes[1], $"the pde term's is {sizes[0]:R}, the boundary term's {sizes[1]:R}");
    }

    private async Task AssertComparisonAsync(JsonNode request, string problem, params string[] variants)
    {
        var results = (await application.SucceedAsync("/v1/objectives/compare", request))["results"]!.AsArray();
        Assert.Equal(variants.Length, results.Count);
        foreach (var (variant, result) in variants.Zip(results))
        {
            AssertAnswer(Goldens[$"{problem}/{variant}"]["expected"]!, result!, $"{problem}/{variant} compared");
        }
    }

    private static void AssertAnswer(JsonNode expected, JsonNode actual, string name)
    {
        AssertTerms(expected, actual, name);
        AssertGradients(expected, actual, name);
        AssertStatistics(expected["batchNorm"]!, actual["batchNorm"]!, name);
    }

    private static void AssertTerms(JsonNode expected, JsonNode actual, string name)
    {
        Numbers.AssertClose(Numbers.Of(expected["value"]), Numbers.Of(actual["value"]), Tolerance, $"{name} value",
            Sizes(expected, term => Math.Abs(Value(term["value"]) * Value(term["weight"]))).Max());
        var (wanted, terms) = (expected["terms"]!.AsArray(), actual["terms"]!.AsArray());
        Assert.Equal(wanted.Select(term => term!["name"]!.GetValue<string>()), terms.Select(term => term!["name"]!.GetValue<string>()));
        foreach (var (term, found) in wanted.Zip(terms))
        {
            var what = $"{name} term {term!["name"]}";
            Assert.Equal(Value(term["weight"]), Value(found!["weight"]));
            Assert.Equal(Value(term["count"]), Value(found["count"]));
            var residuals = Numbers.Of(term["residuals"]);
            var scale = Math.Max(residuals.MaxAbsolute, Floor * Sizes(expected, other => Numbers.Of(other["residuals"]).MaxAbsolute).Max());
            Numbers.AssertClose(residuals, Numbers.Of(found["residuals"]), Tolerance, $"{what} residuals", scale);

            // A mean of squares, or a mean: no entry weighs more than its share.
            Numbers.AssertClose(Numbers.Of(term["value"]), Numbers.Of(found["value"]), Tolerance, $"{what} value",
                Math.Max(Math.Abs(Value(term["value"])), scale * Math.Min(1, scale)));
        }
    }

    private static void AssertGradients(JsonNode expected, JsonNode actual, string name)
    {
        var (wanted, gradients) = (expected["parameterGradients"]!.AsObject(), actual["parameterGradients"]!.AsObject());
        Assert.Equal(wanted.Select(gradient => gradient.Key).Order(StringComparer.Ordinal),
            gradients.Select(gradient => gradient.Key).Order(StringComparer.Ordinal));
        foreach (var (parameter, values) in wanted)
        {
            Numbers.AssertClose(Numbers.Of(values), Numbers.Of(gradients[parameter]), Tolerance, $"{name} gradient of {parameter}",
                Math.Max(Numbers.Of(values).MaxAbsolute, Floor * Largest(wanted)));
        }
    }

    private static void AssertStatistics(JsonNode expected, JsonNode actual, string name)
    {
        Assert.Equal(expected["mode"]!.GetValue<string>(), actual["mode"]!.GetValue<string>());
        if (expected["batches"] is not JsonArray batches)
        {
            GoldenStatistics.AssertClose(expected["layers"]!.AsObject(), actual["layers"]!.AsArray(), Tolerance, name);
            return;
        }

        var found = actual["batches"]!.AsArray();
        Assert.Equal(batches.Select(batch => batch!["points"]!.GetValue<string>()), found.Select(batch => batch!["points"]!.GetValue<string>()));
        foreach (var (batch, answer) in batches.Zip(found))
        {
            GoldenStatistics.AssertClose(batch!["layers"]!.AsObject(), answer!["layers"]!.AsArray(), Tolerance, $"{name} {batch["points"]}");
        }
    }

    private static IEnumerable<double> Sizes(JsonNode expected, Func<JsonNode, double> size) => expected["terms"]!.AsArray().Select(term => size(term!));

    private static double Largest(JsonNode gradients) => gradients.AsObject().Max(gradient => Numbers.Of(gradient.Value).MaxAbsolute);

    private static double Value(JsonNode? number) => Numbers.Of(number).Values[0];
}
