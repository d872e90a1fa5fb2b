using System.Text.Json.Nodes;

namespace GradService.Tests.Api.Wire.Reading;

/// <summary>Values that are names are taken in any case: generated clients write them as their language does.</summary>
[Collection(SharedApplication.Name)]
public sealed class NameCaseTests(GradApplication application)
{
    [Theory]
    [InlineData("/v1/gradients", "batchNorm.mode", "\"TrainDetached\"", "\"trainDetached\"")]
    [InlineData("/v1/gradients", "network.dtype", "\"Float64\"", "\"float64\"")]
    [InlineData("/v1/objectives", "batchNorm.batches", "\"PerSet\"", "\"perSet\"")]
    public async Task A_name_in_another_case_is_the_same_name(string path, string field, string written, string name)
    {
        var good = path == "/v1/objectives" ? GoodRequests.Objective() : GoodRequests.Gradient();
        var expected = await application.SucceedAsync(path, good.With(field, name));
        var actual = await application.SucceedAsync(path, good.With(field, written));
        Assert.Equal(Numbers(expected), Numbers(actual));
    }

    private static string Numbers(JsonNode answer)
    {
        answer.AsObject().Remove("timings");
        (answer["diagnostics"] as JsonObject)?.Remove("timings");
        return answer.ToJsonString();
    }
}
