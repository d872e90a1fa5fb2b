using GradService.Api.Networks;
using GradService.Api.Documents;

namespace GradService.Api.Gradients;

/// <summary>Requests for /v1/gradients that work as they stand: the forum's network first, then one for each thing one can ask.</summary>
internal static class GradientsExamples
{
    public const string ForumInputs = "[[0], [0.125], [0.25], [0.375], [0.5], [0.625], [0.75], [0.875], [1]]";

    private const string TwoInTwoOut = """
        {
          "inputShape": [2],
          "layers": [
            { "type": "linear", "outFeatures": 8 },
            { "type": "softplus" },
            { "type": "batchNorm" },
            { "type": "linear", "outFeatures": 2 }
          ],
          "seed": 3
        }
        """;

    private const string ThreePoints = "[[0.1, -0.4], [0.7, 0.2], [-0.3, 0.9]]";

    private const string Convolutional = """
        {
          "inputShape": [1, 4, 4],
          "layers": [
            { "type": "conv2d", "outChannels": 2, "kernelSize": 3, "padding": "same", "bias": false },
            { "type": "batchNorm" },
            { "type": "silu" },
            { "type": "maxPool2d", "kernelSize": 2 },
            { "type": "flatten" },
            { "type": "linear", "outFeatures": 2 }
          ],
          "seed": 5
        }
        """;

    private const string TwoImages = """
        [
            [[[0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8], [0.9, 0.8, 0.7, 0.6], [0.5, 0.4, 0.3, 0.2]]],
            [[[0.9, 0.1, 0.8, 0.2], [0.7, 0.3, 0.6, 0.4], [0.5, 0.5, 0.4, 0.6], [0.3, 0.7, 0.2, 0.8]]]
          ]
        """;

    public static IReadOnlyList<RequestExample> All { get; } =
    [
        new("forum", "The forum's trap: a sum whose gradient vanishes",
            "The gradient of the summed outputs in mode train is rounding noise, though the curve is anything but flat: "
                + "finding sum-gradient-vanishes explains why.",
            Request(NetworksExamples.ForumNetwork, ForumInputs, """{ "kind": "sum" }""", """{ "mode": "train" }""", """{ "finiteDifferences": true }""")),
        new("trainDetached", "The slope of the curve: mode trainDetached",
            "The same network and batch with the statistics held constant by the gradient: what one sees when plotting, and what a PINN's residual needs.",
            Request(NetworksExamples.ForumNetwork, ForumInputs, """{ "kind": "sum" }""", """{ "mode": "trainDetached" }""",
                """{ "finiteDifferences": true }""")),
        new("perSample", "Each sample's own gradient: kind perSample",
            "∂y_i/∂x_i in mode train, the effect of a sample on the batch statistics included.",
            Request(NetworksExamples.ForumNetwork, ForumInputs, """{ "kind": "perSample" }""", """{ "mode": "train" }""")),
        new("jacobian", "All pairs of samples: kind jacobian",
            "[N, M, N, D…] for three samples of two numbers; coupling.share says how much of it is between different samples.",
            Request(TwoInTwoOut, ThreePoints, """{ "kind": "jacobian", "outputs": [1] }""")),
        new("factored", "All pairs of any number of samples: form factored",
            "jacobian[j, :, i] = δ_ij · diagonal[j] + left[j] · right[:, i]: three factors that never have N² numbers, "
                + "K being the number of coupled statistics.",
            Request(NetworksExamples.ForumNetwork, ForumInputs, """{ "kind": "jacobian", "form": "factored" }""", """{ "mode": "train" }""")),
        new("vjp", "Weighted outputs: kind vjp",
            "cotangentᵀ · J with one weight for each output of each sample.",
            Request(TwoInTwoOut, ThreePoints, """{ "kind": "vjp", "cotangent": [[1, 0], [0, 1], [-1, 0.5]] }""")),
        new("jvp", "A direction in the inputs: kind jvp",
            "J · tangent: how all outputs move when the inputs move along the tangent.",
            Request(TwoInTwoOut, ThreePoints, """{ "kind": "jvp", "tangent": [[1, 0], [1, 0], [1, 0]] }""")),
        new("jvpStack", "Several directions at once: a stack of tangents",
            "A stack [R, N, D…] is answered by a stack [R, N, M]; kind vjp takes one in the same way.",
            Request(TwoInTwoOut, ThreePoints, """{ "kind": "jvp", "tangent": [[[1, 0], [1, 0], [1, 0]], [[0, 1], [0, 1], [0, 1]]] }""")),
        new("derivatives", "Higher derivatives along the inputs: kind derivatives",
            "u_x, u_xx and u_xxx of each point, [N, M, 3], as a PINN's residual needs them; where D > 1 a direction says along what.",
            Request(NetworksExamples.ForumNetwork, ForumInputs, """{ "kind": "derivatives", "order": 3 }""", """{ "mode": "trainDetached" }""")),
        new("eval", "Running statistics that are given: mode eval",
            "Running mean and variance come with the request, under PyTorch's names; everything else is drawn from the seed.",
            Request(WithParameters(TwoInTwoOut, """
                { "2.running_mean": [0.7, 0.6, 0.8, 0.5, 0.9, 0.7, 0.6, 0.8], "2.running_var": [0.2, 0.1, 0.3, 0.2, 0.1, 0.2, 0.3, 0.1], "2.num_batches_tracked": 100 }
                """), ThreePoints, """{ "kind": "perSample" }""", """{ "mode": "eval" }""")),
        new("movingAverage", "The forum's own module: mode movingAverage",
            "Normalises with the moving average that has just taken this batch in, held constant by the gradient.",
            Request(NetworksExamples.ForumNetwork, ForumInputs, """{ "kind": "perSample" }""", """{ "mode": "movingAverage" }""")),
        new("reference", "Statistics of another batch: mode reference",
            "The reference batch is pushed through the same layers, and its statistics are constants for the inputs.",
            Request(NetworksExamples.ForumNetwork, "[[0.2], [0.4], [0.6]]", """{ "kind": "sum" }""",
                """{ "mode": "reference", "referenceInputs": [[0], [0.25], [0.5], [0.75], [1]] }""")),
        new("perLayer", "A mode for a single layer, inside a residual block",
            "batchNorm.layers names layers as PyTorch's state_dict does: the BatchNorm inside the block is in mode trainDetached, the other in mode train.",
            Request("""
                {
                  "inputShape": [2],
                  "layers": [
                    { "type": "linear", "outFeatures": 4 },
                    { "type": "batchNorm" },
                    { "type": "residual", "layers": [ { "type": "batchNorm" }, { "type": "gelu" }, { "type": "linear", "outFeatures": 4 } ] },
                    { "type": "linear", "outFeatures": 1 }
                  ],
                  "seed": 11
                }
                """, "[[0.1, -0.4], [0.7, 0.2], [-0.3, 0.9], [0.5, 0.5]]", """{ "kind": "perSample" }""",
                """{ "mode": "train", "layers": { "2.layers.0": "trainDetached" } }""")),
        new("convolutional", "A convolutional network",
            "Samples [C, H, W]; BatchNorm's statistics are taken over samples and positions, here 2 · 16 values per channel.",
            Request(Convolutional, TwoImages, """{ "kind": "perSample" }""", """{ "mode": "train" }""")),
        new("dropout", "Dropout with a seed",
            "One mask, the same for all passes of the request: the gradient is that of the network whose outputs are shown. Without \"dropout\" such "
                + "layers are the identity.",
            $$"""
            {
              "network": { "inputShape": [2], "layers": [ { "type": "linear", "outFeatures": 16 }, { "type": "relu" }, { "type": "dropout", "p": 0.25 }, { "type": "linear", "outFeatures": 1 } ], "seed": 1 },
              "inputs": {{ThreePoints}},
              "dropout": { "seed": 5 },
              "gradient": { "kind": "perSample" }
            }
            """),
        new("float64", "Double precision",
            "The seeded parameters are the same numbers, cast; finite differences agree to many more digits.",
            Request(NetworksExamples.ForumNetwork.Replace("\"seed\": 7", "\"dtype\": \"float64\", \"seed\": 7", StringComparison.Ordinal), ForumInputs,
                """{ "kind": "perSample" }""", """{ "mode": "train" }""", """{ "finiteDifferences": true }""")),
    ];

    private static string Request(string network, string inputs, string gradient, string? batchNorm = null, string? diagnostics = null) => $$"""
        {
          "network": {{network}},
          "inputs": {{inputs}},{{(batchNorm is null ? "" : $"\n  \"batchNorm\": {batchNorm},")}}
          "gradient": {{gradient}}{{(diagnostics is null ? "" : $",\n  \"diagnostics\": {diagnostics}")}}
        }
        """;

    private static string WithParameters(string network, string parameters) => $"{network[..network.LastIndexOf('}')]}, \"parameters\": {parameters} }}";
}
