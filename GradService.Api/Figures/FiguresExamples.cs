using GradService.Api.Networks;
using GradService.Api.Documents;
using GradService.Api.Gradients;

namespace GradService.Api.Figures;

/// <summary>Requests for /v1/figures that work as they stand: the forum's plot with its answer first, then one for each kind.</summary>
internal static class FiguresExamples
{
    private const string Poisson = """
        {
            "network": {
              "inputShape": [1],
              "layers": [
                { "type": "linear", "outFeatures": 10 }, { "type": "tanh" }, { "type": "batchNorm" },
                { "type": "linear", "outFeatures": 1 }
              ],
              "dtype": "float64",
              "seed": 7
            },
            "points": [
              { "name": "interior", "inputs": [[0.05], [0.15], [0.25], [0.35], [0.45], [0.55], [0.65], [0.75], [0.85], [0.95]] },
              { "name": "boundary", "inputs": [[0], [1]] }
            ],
            "terms": [
              { "name": "pde", "on": "interior", "residual": "u_xx + pi^2*sin(pi*x)" },
              { "name": "bc", "on": "boundary", "residual": "u", "weight": 100 }
            ]
          }
        """;

    public static IReadOnlyList<RequestExample> All { get; } =
    [
        new("forum", "The forum's plot with BatchNorm, and its answer beside it",
            "Left the gradient of the sum, which vanishes; right the slope of the curve.",
            Figure("compare", $$"""
                {
                    "network": {{NetworksExamples.ForumNetwork}},
                    "inputs": {{GradientsExamples.ForumInputs}},
                    "compare": [ { "mode": "train", "kind": "sum" }, { "mode": "trainDetached", "kind": "perSample" } ]
                  }
                """, """{ "width": 960, "height": 400 }""")),
        new("dark", "Five views of the forum's network, for a dark page",
            "The five entries that /v1/gradients/compare takes by default, in two rows.",
            Figure("compare", $$"""{ "network": {{NetworksExamples.ForumNetwork}}, "inputs": {{GradientsExamples.ForumInputs}} }""",
                """{ "width": 1100, "height": 560, "theme": "dark" }""")),
        new("coupling", "How the samples move each other's outputs",
            "A map of all pairs, with the share that they have in the whole Jacobian.",
            Figure("gradients", $$"""
                {
                    "network": {{NetworksExamples.ForumNetwork}},
                    "inputs": {{GradientsExamples.ForumInputs}},
                    "gradient": { "kind": "jacobian" }
                  }
                """, """{ "width": 480, "height": 460 }""")),
        new("field", "Two inputs: colours and arrows",
            "The output over an even grid of samples, with arrows where it rises; other samples are drawn as points.",
            Figure("gradients", """
                {
                    "network": {
                      "inputShape": [2],
                      "layers": [ { "type": "linear", "outFeatures": 8 }, { "type": "tanh" }, { "type": "batchNorm" }, { "type": "linear", "outFeatures": 1 } ],
                      "seed": 3
                    },
                    "inputs": [[-1, -1], [0, -1], [1, -1], [-1, 0], [0, 0], [1, 0], [-1, 1], [0, 1], [1, 1]],
                    "batchNorm": { "mode": "trainDetached" },
                    "gradient": { "kind": "perSample" }
                  }
                """, """{ "width": 560, "height": 460 }""")),
        new("terms", "A loss in all six variants",
            "Values by term, the blind variant marked, and where the parameter gradients point.",
            Figure("objectives", Poisson, """{ "width": 960, "height": 320 }""")),
        new("panels", "Several requests in one picture",
            "Without and with BatchNorm: two networks, each with a title of its own.",
            $$"""
            {
              "panels": [
                {
                  "title": "without BatchNorm",
                  "of": "gradients",
                  "request": {
                    "network": {
                      "inputShape": [1],
                      "layers": [ { "type": "linear", "outFeatures": 10 }, { "type": "tanh" }, { "type": "linear", "outFeatures": 1 } ],
                      "seed": 11
                    },
                    "inputs": {{GradientsExamples.ForumInputs}},
                    "gradient": { "kind": "sum" }
                  }
                },
                {
                  "title": "with BatchNorm",
                  "of": "gradients",
                  "request": { "network": {{NetworksExamples.ForumNetwork}}, "inputs": {{GradientsExamples.ForumInputs}}, "gradient": { "kind": "sum" } }
                }
              ]
            }
            """),
    ];

    private static string Figure(string of, string request, string figure) => $$"""
        {
          "of": "{{of}}",
          "request": {{request}},
          "figure": {{figure}}
        }
        """;
}
