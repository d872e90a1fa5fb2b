using System.Text.Json.Nodes;

namespace GradService.Tests.Api.Gradients;

/// <summary>A comparison is priced as a whole, and what its entries inherit must be of use.</summary>
[Collection(SharedApplication.Name)]
public sealed class ComparisonLimitTests(GradApplication application)
{
    [Fact]
    public async Task Entries_that_fit_one_by_one_are_refused_when_all_together_do_not()
    {
        // An answer of some 2,000 bytes: one fits, twenty do not.
        await using var tight = new GradApplication { Settings = [("Limits:MaxResultBytes", "8192")] };
        Assert.Equal(200, (await ProblemStatusAsync(tight, entries: 1)).Status);
        var (status, message) = await ProblemStatusAsync(tight, entries: 20);
        Assert.Equal(413, status);
        Assert.Contains("limit MaxResultBytes", message, StringComparison.Ordinal);
        Assert.Contains("Compare fewer entries at once", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_than_twenty_entries_are_refused()
    {
        var answer = await ProblemAnswer.PostAsync(application, "/v1/gradients/compare", Comparison(entries: 21).ToJsonString());
        answer.AssertSays(400, "compare", "Expected a list of 1 to 20 entries, got 21 entries.");
    }

    [Fact]
    public async Task A_field_that_no_entry_takes_is_refused()
    {
        var request = Comparison(entries: 1);
        request["gradient"] = JsonNode.Parse("""{ "tangent": [[1], [2]] }""");
        var answer = await ProblemAnswer.PostAsync(application, "/v1/gradients/compare", request.ToJsonString());
        answer.AssertSays(400, "gradient.tangent", "Expected a field that the kind of some entry takes, got 'tangent', which none of them does.");
    }

    [Fact]
    public async Task An_unknown_kind_beside_the_entries_is_refused()
    {
        var request = Comparison(entries: 1);
        request["gradient"] = JsonNode.Parse("""{ "kind": "zzz" }""");
        var answer = await ProblemAnswer.PostAsync(application, "/v1/gradients/compare", request.ToJsonString());
        Assert.Equal(400, answer.Status);
        Assert.Contains("'zzz'", answer.Errors["gradient.kind"].Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reference_batch_that_no_entry_uses_is_refused()
    {
        var request = Comparison(entries: 2);
        request["batchNorm"] = JsonNode.Parse("""{ "referenceInputs": [[1], [2]] }""");
        var answer = await ProblemAnswer.PostAsync(application, "/v1/gradients/compare", request.ToJsonString());
        answer.AssertSays(400, "batchNorm.referenceInputs",
            "Expected nothing, as no entry has a BatchNorm layer in mode reference, got an array of shape [2, 1]. Leave it out, "
                + "or compare with mode reference.");
    }

    private static async Task<(int Status, string Message)> ProblemStatusAsync(GradApplication application, int entries)
    {
        var (status, body) = await application.PostAsync("/v1/gradients/compare", Comparison(entries).ToJsonString());
        return ((int)status, body["detail"]?.GetValue<string>() ?? "");
    }

    private static JsonObject Comparison(int entries) => new()
    {
        ["network"] = JsonNode.Parse(
            """{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 2 }, { "type": "batchNorm" }, """
                + """{ "type": "linear", "outFeatures": 1 }], "seed": 7 }"""),
        ["inputs"] = new JsonArray([.. Enumerable.Range(0, 200).Select(i => (JsonNode)new JsonArray(i / 200.0))]),
        ["compare"] = new JsonArray([.. Enumerable.Range(0, entries).Select(_ => JsonNode.Parse("""{ "mode": "train", "kind": "sum" }"""))]),
    };
}
