using System.Text.Json.Nodes;
using GradService.Api.Wire.Reading;
using GradService.Domain.Networks.Layers;

namespace GradService.Tests.Api.Networks;

/// <summary>Every number of every layer at the ends of what double precision holds: an answer or a refusal, never a failure.</summary>
[Collection(SharedApplication.Name)]
public sealed class LayerNumberTests(GradApplication application)
{
    public static TheoryData<string, string, string> Numbers()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var (layer, record) in LayerTable.All)
        {
            foreach (var field in RecordFields.Of(record).Values.Where(field => field.Type == typeof(double)))
            {
                foreach (var number in new[] { "1e300", "-1e300", "1e38", "-1e38", "1e-300", "0" })
                {
                    data.Add(layer, field.Name, number);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task Extreme_numbers_are_answered_or_refused_by_name(string layer, string field, string number)
    {
        foreach (var dtype in new[] { "float32", "float64" })
        {
            var described = new JsonObject { ["type"] = layer };
            foreach (var required in RecordFields.Of(LayerTable.All[layer]).Values.Where(other => other.Required))
            {
                described[required.Name] = 1;
            }

            described[field] = JsonNode.Parse(number);
            var request = new JsonObject
            {
                ["network"] = new JsonObject { ["inputShape"] = new JsonArray(2, 3), ["layers"] = new JsonArray(described), ["dtype"] = dtype },
                ["inputs"] = JsonNode.Parse("[[[1, -2, 3], [-4, 5, 0]], [[0.5, 2, -1], [2, 0, 1]], [[-3, 1, 4], [1, 5, -9]]]"),
                ["gradient"] = new JsonObject { ["kind"] = "perSample" },
            };
            var (status, body) = await application.PostAsync("/v1/gradients", request.ToJsonString());
            if ((int)status != 200)
            {
                Assert.Equal(400, (int)status);
                Assert.Contains($"network.layers[0].{field}", body["errors"]!.AsObject().Select(error => error.Key));
            }
        }
    }
}
