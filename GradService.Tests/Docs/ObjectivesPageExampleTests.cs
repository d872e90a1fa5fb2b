using System.Globalization;
using System.Text.Json.Nodes;
using GradService.Tests.Api;

namespace GradService.Tests.Docs;

/// <summary>The worked examples of docs/objectives.md.</summary>
[Collection(SharedApplication.Name)]
public sealed class ObjectivesPageExampleTests(GradApplication application)
{
    private static readonly string Section = Repository.Read("docs/objectives.md").Split("\n## Examples\n")[1].Split("\n## ")[0];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task An_example_is_answered_as_shown(string name)
    {
        var blocks = Example(name);
        var answer = await application.SucceedAsync("/v1/objectives", JsonNode.Parse(blocks[0].Text)!);
        Figures.AssertShownJson(blocks[1].Text, Part(answer, JsonNode.Parse(blocks[1].Text)!).ToJsonString());
    }

    public static TheoryData<string> Examples() => [.. Section.Split("\n### ").Skip(1).Select(part => part.Split('\n')[0])];

    [Theory]
    [InlineData("A conservative flux", "u_t - (2*u*u_x^2 + u^2*u_xx)")]
    [InlineData("A hard boundary", "-2*n + 2*(1-2*x)*n_x + x*(1-x)*n_xx + pi^2*sin(pi*x)")]
    public async Task A_field_is_differentiated_as_written_out(string name, string written)
    {
        var request = JsonNode.Parse(Example(name)[0].Text)!;
        var (field, byHand) = (await application.SucceedAsync("/v1/objectives", request),
            await application.SucceedAsync("/v1/objectives", request.With("terms[0].residual", $"\"{written}\"")));
        Assert.Equal(Number(byHand["value"]), Number(field["value"]), 1e-9);
        Assert.Equal(Number(byHand["diagnostics"]!["passes"]), Number(field["diagnostics"]!["passes"]));
    }

    [Fact]
    public async Task Of_the_hard_boundary_in_variant_a_is_left_what_is_said()
    {
        var request = JsonNode.Parse(Example("A hard boundary")[0].Text)!.With("batchNorm", """{ "mode": "train" }""").With("derivative", "\"sum\"");
        var naive = await application.SucceedAsync("/v1/objectives", request);
        var left = await application.SucceedAsync("/v1/objectives", request.With("terms[0].residual", "\"-2*n + pi^2*sin(pi*x)\""));
        Assert.Equal(Number(left["value"]), Number(naive["value"]), 1e-9);
    }

    [Fact]
    public async Task The_gradient_by_the_unknown_is_the_mean_that_is_said()
    {
        var request = JsonNode.Parse(Example("Inverse diffusion")[0].Text)!;
        var answer = await application.SucceedAsync("/v1/objectives", request);
        var product = await application.SucceedAsync("/v1/objectives",
            request.With("terms[0]", """{ "name": "product", "on": "interior", "residual": "-2*(u_t - D*u_xx)*u_xx", "reduction": "mean" }"""));
        Assert.Equal(Number(product["terms"]![0]!["value"]), Number(answer["unknownGradients"]!["D"]), 1e-9);
    }

    [Fact]
    public async Task A_step_along_the_sign_raises_the_classifiers_loss_as_much_as_said()
    {
        var request = JsonNode.Parse(Example("An adversarial example")[0].Text)!;
        var gradients = await Flat(request);
        var moved = request.DeepClone();
        foreach (var (at, gradient) in gradients.Index())
        {
            var point = moved["points"]![0]!["inputs"]![at / 2]!;
            point[at % 2] = Number(point[at % 2]) + (0.1 * Math.Sign(gradient));
        }

        var after = Number((await application.SucceedAsync("/v1/objectives", moved))["value"]);
        var shown = Section.ReplaceLineEndings(" ");
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"the loss grows to {after:0.000}"), shown, StringComparison.Ordinal);
        var train = await Flat(request.With("batchNorm.mode", "\"train\""));
        var others = gradients.Zip(train).Count(pair => Math.Sign(pair.First) != Math.Sign(pair.Second));
        Assert.Contains($"sign of {others} of the {train.Count} entries", shown, StringComparison.Ordinal);

        async Task<List<double>> Flat(JsonNode asked) =>
            [.. (await application.SucceedAsync("/v1/objectives", asked))["inputGradients"]!["samples"]!.AsArray()
                .SelectMany(point => point!.AsArray().Select(Number))];
    }

    /// <summary>The request, and what is shown of its answer.</summary>
    private static IReadOnlyList<CodeBlock> Example(string name) => new Markdown(Section.Split($"\n### {name}\n")[1].Split("\n### ")[0]).CodeBlocks;

    /// <summary>Of what came the fields that are shown.</summary>
    private static JsonNode Part(JsonNode came, JsonNode shown) => (came, shown) switch
    {
        (JsonObject fields, JsonObject of) =>
            new JsonObject(of.Select(field => KeyValuePair.Create<string, JsonNode?>(field.Key, Part(fields[field.Key]!, field.Value!)))),
        (JsonArray entries, JsonArray of) => new JsonArray([.. entries.Select((entry, at) => Part(entry!, of[at]!))]),
        _ => came.DeepClone(),
    };

    private static double Number(JsonNode? node) => node!.GetValue<double>();
}
