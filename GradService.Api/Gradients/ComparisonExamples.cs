using GradService.Api.Networks;
using GradService.Api.Documents;

namespace GradService.Api.Gradients;

/// <summary>Requests for /v1/gradients/compare and /v1/forward that work as they stand.</summary>
internal static class ComparisonExamples
{
    public static IReadOnlyList<RequestExample> Compare { get; } =
    [
        new("chosen", "The forum's network: the sum beside the slope of the curve",
            "Two entries on the same parameters and inputs; the findings and differences say how far apart they are.",
            $$"""
            {
              "network": {{NetworksExamples.ForumNetwork}},
              "inputs": {{GradientsExamples.ForumInputs}},
              "compare": [ { "mode": "train", "kind": "sum" }, { "mode": "trainDetached", "kind": "sum" } ]
            }
            """),
        new("default", "Five views of the forum's network",
            "Without \"compare\": train/sum, train/perSample, trainDetached/perSample, eval/perSample and movingAverage/perSample.",
            $$"""
            {
              "network": {{NetworksExamples.ForumNetwork}},
              "inputs": {{GradientsExamples.ForumInputs}}
            }
            """),
        new("inherited", "Entries that share their fields",
            "Each entry takes from \"gradient\" the fields that its kind knows: both the selected output, vjp alone the cotangent.",
            """
            {
              "network": {
                "inputShape": [2],
                "layers": [ { "type": "linear", "outFeatures": 6 }, { "type": "silu" }, { "type": "batchNorm" }, { "type": "linear", "outFeatures": 2 } ],
                "seed": 5
              },
              "inputs": [[0.1, -0.4], [0.7, 0.2], [-0.3, 0.9]],
              "gradient": { "outputs": [0], "cotangent": [[1, 0], [1, 0], [1, 0]] },
              "compare": [ { "mode": "train", "kind": "sum" }, { "mode": "train", "kind": "vjp" } ]
            }
            """),
    ];

    public static IReadOnlyList<RequestExample> Forward { get; } =
    [
        new("forum", "The forum's network in mode train",
            "Outputs, the batch's statistics and the running statistics after this call.",
            $$"""
            {
              "network": {{NetworksExamples.ForumNetwork}},
              "inputs": {{GradientsExamples.ForumInputs}}
            }
            """),
        new("eval", "Two layers that normalise, in mode eval",
            "Running statistics come with the request as parameters; the rest is drawn from the seed.",
            """
            {
              "network": {
                "inputShape": [3],
                "layers": [ { "type": "linear", "outFeatures": 2 }, { "type": "batchNorm" }, { "type": "layerNorm" } ],
                "seed": 2,
                "parameters": { "1.running_mean": [0.1, -0.2], "1.running_var": [0.4, 0.9], "1.num_batches_tracked": 12 }
              },
              "inputs": [[1, 0, -1], [0.5, 0.5, 2]],
              "batchNorm": { "mode": "eval" }
            }
            """),
    ];
}
