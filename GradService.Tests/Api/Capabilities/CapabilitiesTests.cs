using System.Text.Json.Nodes;
using GradService.Domain.Objectives;

namespace GradService.Tests.Api.Capabilities;

/// <summary>What /v1/capabilities says of losses is what a request may say.</summary>
[Collection(SharedApplication.Name)]
public sealed class CapabilitiesTests(GradApplication application)
{
    [Fact]
    public async Task Its_variants_are_those_of_the_default_comparison()
    {
        var listed = (await ObjectivesAsync())["variants"]!.AsArray();
        var compared = (await application.SucceedAsync("/v1/objectives/compare", GoodRequests.Objective()))["results"]!.AsArray()
            .Select(result => result!["variant"]!.AsObject()).ToList();
        Assert.Equal(compared.Count, listed.Count);
        Assert.All(listed.Zip(compared), pair =>
        {
            Assert.False(string.IsNullOrWhiteSpace(pair.First!["meaning"]!.GetValue<string>()));
            pair.First.AsObject().Remove("meaning");
            Assert.Equal(pair.Second.ToJsonString(), pair.First.ToJsonString());
        });
        Assert.Equal("c", ObjectiveVariant.Recommended.Letter);
    }

    [Theory]
    [InlineData("derivatives", 2, "derivative", "{0}")]
    [InlineData("reductions", 4, "terms[0].reduction", "{0}")]
    [InlineData("batches", 2, "batchNorm.batches", "{0}")]
    [InlineData("returns", 4, "return", "[{0}]")]
    public async Task Its_names_are_accepted(string listed, int count, string path, string form)
    {
        var names = (await ObjectivesAsync())[listed]!.AsArray();
        Assert.Equal(count, names.Count);
        foreach (var name in names)
        {
            await application.SucceedAsync("/v1/objectives",
                GoodRequests.Objective().With(path, form.Replace("{0}", name!.ToJsonString(), StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Its_functions_are_accepted_and_its_bounds_are_the_last_that_are()
    {
        var formula = (await ObjectivesAsync())["formula"]!;
        Assert.Equal(["functions", "functionsOfTwo", "maxLength", "maxDepth", "maxOrder"], formula.AsObject().Select(field => field.Key));
        foreach (var function in formula["functions"]!.AsArray())
        {
            await AssertStatusAsync(200, $"{function!.GetValue<string>()}(x)");
        }

        foreach (var function in formula["functionsOfTwo"]!.AsArray())
        {
            await AssertStatusAsync(200, $"{function!.GetValue<string>()}(x, 2)");
        }

        var (length, depth, order) = (formula["maxLength"]!.GetValue<int>(), formula["maxDepth"]!.GetValue<int>(), formula["maxOrder"]!.GetValue<int>());
        await AssertBoundAsync(length, characters => "x" + new string(' ', characters - 1));
        await AssertBoundAsync(depth, levels => new string('(', levels) + "x" + new string(')', levels));
        await AssertBoundAsync(order, times => "u_" + new string('x', times));
    }

    private async Task AssertBoundAsync(int bound, Func<int, string> formula)
    {
        await AssertStatusAsync(200, formula(bound));
        await AssertStatusAsync(400, formula(bound + 1));
    }

    private async Task AssertStatusAsync(int status, string formula) =>
        Assert.Equal(status, (int)(await application.PostAsync("/v1/objectives",
            GoodRequests.Objective().With("terms[0].residual", $"\"{formula}\"").ToJsonString())).Status);

    private async Task<JsonNode> ObjectivesAsync()
    {
        using var client = application.CreateClient();
        return JsonNode.Parse(await client.GetStringAsync("/v1/capabilities"))!["objectives"]!;
    }
}
