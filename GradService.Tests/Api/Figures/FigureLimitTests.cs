namespace GradService.Tests.Api.Figures;

/// <summary>Limits hold for figures as they do for what is drawn.</summary>
[Collection(OneAtATime.Name)]
public sealed class FigureLimitTests
{
    [Fact]
    public async Task Pixels_count_as_memory()
    {
        await using var application = new GradApplication { Settings = [("Limits:MaxNativeBytes", "5000000")] };
        Assert.NotEmpty((await application.DrawAsync(
            FigureRequest.Gradient(samples: 5, figure: """{ "width": 1200, "height": 1000, "format": "png" }"""))).Image);
        (await ProblemAnswer.PostAsync(application, "/v1/figures",
            FigureRequest.Gradient(samples: 5, figure: """{ "width": 1300, "height": 1000, "format": "png" }""")))
            .AssertSays(413, "figure",
                "Expected at most 5000000 bytes of pixels (limit MaxNativeBytes), got 5200000. Ask for a smaller picture, or for format svg.");
        Assert.NotEmpty((await application.DrawAsync(FigureRequest.Gradient(samples: 5, figure: """{ "width": 1300, "height": 1000 }"""))).Image);
    }

    [Fact]
    public async Task A_map_of_the_coupling_is_made_from_the_factors_where_the_Jacobian_itself_would_be_over_a_limit()
    {
        await using var application = new GradApplication { Settings = [("Limits:MaxResultBytes", "1000000")] };
        var request = FigureRequest.Gradient("jacobian", "train", samples: 500);
        Assert.Equal(413, (await ProblemAnswer.PostAsync(application, "/v1/gradients",
            System.Text.Json.Nodes.JsonNode.Parse(request)!["request"]!.ToJsonString())).Status);
        Assert.NotEmpty((await application.DrawAsync(request)).Image);
    }

    [Fact]
    public async Task The_deadline_holds_for_drawing_as_well()
    {
        // N²·K multiplications: more than a billion.
        await using var application = new GradApplication { Settings = [("Limits:DeadlineSeconds", "0.05")] };
        var wide = FigureRequest.Forum.Replace("\"outFeatures\": 10", "\"outFeatures\": 600", StringComparison.Ordinal);
        var refused = await ProblemAnswer.PostAsync(application, "/v1/figures", FigureRequest.Gradient("jacobian", "train", samples: 1_000, network: wide));
        Assert.Equal(503, refused.Status);
        Assert.Contains("(limit DeadlineSeconds)", refused.Detail, StringComparison.Ordinal);
    }
}
