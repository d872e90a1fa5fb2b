using System.Text.Json.Nodes;
using GradService.Tests.Oracles;

namespace GradService.Tests.Goldens;

/// <summary>The statistics of a golden case's BatchNorm layers beside those of an answer.</summary>
internal static class GoldenStatistics
{
    /// <summary>Fails unless layers, the statistics used and the running statistics after the call agree.</summary>
    /// <param name="expected">By layer name, in forward order.</param>
    /// <param name="actual">The answer's layers.</param>
    /// <param name="tolerance">Relative to the larger of 1 and the largest entry.</param>
    /// <param name="name">What is compared.</param>
    public static void AssertClose(JsonObject expected, JsonArray actual, double tolerance, string name)
    {
        Assert.Equal(expected.Select(layer => layer.Key), actual.Select(layer => layer!["name"]!.GetValue<string>()));
        foreach (var layer in actual)
        {
            var wanted = expected[layer!["name"]!.GetValue<string>()]!;
            foreach (var statistic in new[] { "mean", "variance", "runningMean", "runningVariance" })
            {
                var what = $"{name} layer {layer["name"]} {statistic}";
                Assert.True(layer.AsObject().ContainsKey(statistic), $"{what} is missing");
                Assert.True(wanted[statistic] is null == layer[statistic] is null, $"{what} is {(layer[statistic] is null ? "null" : "there")}");
                if (wanted[statistic] is { } values)
                {
                    Numbers.AssertClose(Numbers.Of(values), Numbers.Of(layer[statistic]), tolerance, what, Math.Max(1, Numbers.Of(values).MaxAbsolute));
                }
            }

            Assert.Equal(wanted["batchesTracked"]?.GetValue<long>(), layer["batchesTracked"]?.GetValue<long>());
        }
    }
}
