using System.Text.Json.Nodes;
using GradService.Tests.Api;
using GradService.Tests.Oracles;

namespace GradService.Tests.Goldens;

/// <summary>
/// Every loss of loss_features.json, with its gradients by parameters, unknowns and points, through HTTP, against PyTorch's figures.
/// Each is measured by the largest entry of its kind.
/// </summary>
[Collection(SharedApplication.Name)]
[Trait("Lane", "Slow")]
public sealed class LossFeatureGoldenTests(GradApplication application)
{
    private const double Tolerance = 1e-9;

    private static IReadOnlyDictionary<string, JsonNode> Goldens => GoldenFiles.Cases("loss_features.json");

    public static TheoryData<string> Cases() => [.. Goldens.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Values_residuals_and_gradients_by_parameters_unknowns_and_points_are_PyTorchs(string name)
    {
        var expected = Goldens[name]["expected"]!;
        var actual = await application.SucceedAsync("/v1/objectives", Goldens[name]["request"]!);
        AssertTerms(expected, actual, name);
        AssertGradients(expected, actual, "parameterGradients", name);
        AssertGradients(expected, actual, "inputGradients", name);
        if (expected["unknownGradients"]!.AsObject().Count > 0)
        {
            AssertGradients(expected, actual, "unknownGradients", name);
        }
    }

    private static void AssertTerms(JsonNode expected, JsonNode actual, string name)
    {
        var (wanted, terms) = (expected["terms"]!.AsArray(), actual["terms"]!.AsArray());
        Assert.Equal(wanted.Select(term => term!["name"]!.GetValue<string>()), terms.Select(term => term!["name"]!.GetValue<string>()));
        Numbers.AssertClose(Numbers.Of(expected["value"]), Numbers.Of(actual["value"]), Tolerance, $"{name} value",
            wanted.Max(term => Math.Abs(Number(term!["value"]) * Number(term["weight"]))));
        var largestValue = wanted.Max(term => Math.Abs(Number(term!["value"])));
        var largestResidual = wanted.Max(term => Numbers.Of(term!["residuals"]).MaxAbsolute);
        foreach (var (term, found) in wanted.Zip(terms))
        {
            var what = $"{name} term {term!["name"]}";
            Assert.Equal(Number(term["weight"]), Number(found!["weight"]));
            Assert.Equal(Number(term["count"]), Number(found["count"]));
            Numbers.AssertClose(Numbers.Of(term["value"]), Numbers.Of(found["value"]), Tolerance, $"{what} value", largestValue);
            Numbers.AssertClose(Numbers.Of(term["residuals"]), Numbers.Of(found["residuals"]), Tolerance, $"{what} residuals", largestResidual);
        }
    }

    private static void AssertGradients(JsonNode expected, JsonNode actual, string kind, string name)
    {
        var (wanted, gradients) = (expected[kind]!.AsObject(), actual[kind]!.AsObject());
        Assert.Equal(wanted.Select(gradient => gradient.Key).Order(StringComparer.Ordinal),
            gradients.Select(gradient => gradient.Key).Order(StringComparer.Ordinal));
        var largest = wanted.Max(gradient => Numbers.Of(gradient.Value).MaxAbsolute);
        foreach (var (of, values) in wanted)
        {
            Numbers.AssertClose(Numbers.Of(values), Numbers.Of(gradients[of]), Tolerance, $"{name} {kind} of {of}", largest);
        }
    }

    private static double Number(JsonNode? number) => Numbers.Of(number).Values[0];
}
