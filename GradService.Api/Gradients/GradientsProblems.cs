using GradService.Api.Documents;

namespace GradService.Api.Gradients;

/// <summary>What the operations of this folder may refuse, and why.</summary>
internal static class GradientsProblems
{
    private const string OneSample = """
        {
          "network": { "inputShape": [1], "layers": [ { "type": "linear", "outFeatures": 4 }, { "type": "batchNorm" } ] },
          "inputs": [[0.5]]{0}
        }
        """;

    public static IReadOnlyList<DocumentedProblem> OfGradients { get; } = ComputationProblems.Of("Gradients", """
        "inputs": [[0], [1]], "gradient": { "kind": "sum" }
        """,
        "A layer, field, mode or kind is unknown or has an impossible value, shapes do not fit, or the body is not JSON.",
        ("Two names are misspelt", """
            {
              "network": { "inputShape": [1], "layers": [ { "type": "linear", "outFeature": 10 }, { "type": "tanhh" } ] },
              "inputs": [[0], [1]],
              "gradient": { "kind": "sum" }
            }
            """),
        "The answer would be too large, or take too much memory or too many passes; a dense jacobian grows with N².",
        ("A batch Jacobian of very many outputs", """
            {
              "network": { "inputShape": [1], "layers": [ { "type": "linear", "outFeatures": 200000 } ] },
              "inputs": [[0], [1]],
              "gradient": { "kind": "jacobian" }
            }
            """),
        ("One sample in mode train", OneSample.Replace("{0}", ",\n  \"gradient\": { \"kind\": \"sum\" }", StringComparison.Ordinal)));

    public static IReadOnlyList<DocumentedProblem> OfCompare { get; } = ComputationProblems.Of("CompareGradients", """
        "inputs": [[0], [1]]
        """,
        "As for /v1/gradients; where a single entry is meant, the path or the message says which.",
        ("An entry's kind is misspelt", """
            {
              "network": { "inputShape": [1], "layers": [ { "type": "linear", "outFeatures": 1 } ] },
              "inputs": [[0], [1]],
              "compare": [ { "mode": "train", "kind": "sum" }, { "mode": "train", "kind": "persample" } ]
            }
            """),
        "Some entry's answer would be too large, or take too much memory or too many passes; all are checked before the first is computed.",
        ("An entry of very many outputs", """
            {
              "network": { "inputShape": [1], "layers": [ { "type": "linear", "outFeatures": 200000 } ] },
              "inputs": [[0], [1]],
              "compare": [ { "mode": "train", "kind": "sum" }, { "mode": "train", "kind": "jacobian" } ]
            }
            """),
        ("One sample in mode train", OneSample.Replace("{0}", "", StringComparison.Ordinal)));

    public static IReadOnlyList<DocumentedProblem> OfForward { get; } = ComputationProblems.Of("Forward", """
        "inputs": [[0], [1]]
        """,
        "As for /v1/gradients; \"gradient\" is unknown here.",
        ("Samples are numbers, not lists", """
            {
              "network": { "inputShape": [1], "layers": [ { "type": "linear", "outFeatures": 1 } ] },
              "inputs": [0, 1]
            }
            """),
        "The network has too many parameters, or the batch takes too much memory.",
        ("A network of too many parameters", """
            {
              "network": { "inputShape": [1], "layers": [ { "type": "linear", "outFeatures": 200000000 } ] },
              "inputs": [[0], [1]]
            }
            """),
        ("One sample in mode train", OneSample.Replace("{0}", "", StringComparison.Ordinal)));
}
