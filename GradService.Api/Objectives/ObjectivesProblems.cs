using GradService.Api.Documents;

namespace GradService.Api.Objectives;

/// <summary>What the operations of this folder may refuse, and why.</summary>
internal static class ObjectivesProblems
{
    private const string Rest = """
        "variables": ["x"], "outputs": ["u"], "points": [{ "name": "interior", "inputs": [[0], [1]] }], "terms": [{ "name": "pde", "on": "interior", "residual": "u_x" }]
        """;

    private static readonly (string Summary, string Request) OnePoint = ("One point in mode train", """
        {
          "network": { "inputShape": [1], "layers": [ { "type": "linear", "outFeatures": 4 }, { "type": "batchNorm" }, { "type": "linear", "outFeatures": 1 } ] },
          "points": [ { "name": "interior", "inputs": [[0.5]] } ],
          "terms": [ { "name": "pde", "on": "interior", "residual": "u_x - u" } ],
          {0}
        }
        """);

    public static IReadOnlyList<DocumentedProblem> OfEvaluate { get; } = ComputationProblems.Of("Objectives", Rest,
        "A formula, name, layer, field or mode is unknown or impossible, shapes do not fit, or the body is not JSON; of a formula the position is named, "
            + "and the names that there are.",
        ("A formula names a variable that does not exist", """
            {
              "network": { "inputShape": [2], "layers": [ { "type": "linear", "outFeatures": 1 } ] },
              "variables": ["x", "t"], "outputs": ["u"],
              "points": [ { "name": "interior", "inputs": [[0, 0], [1, 1]] } ],
              "terms": [ { "name": "heat", "on": "interior", "residual": "u_t - u_xy" } ]
            }
            """),
        "Too many parameters, too much memory, too many passes; own derivatives with two or more coupled layers (mode train) go row by row, which takes N² "
            + "products where mode trainDetached takes N.",
        ("A fourth derivative of a very wide network", """
            {
              "network": { "inputShape": [1], "layers": [ { "type": "linear", "outFeatures": 2000000 }, { "type": "tanh" }, { "type": "linear", "outFeatures": 1 } ] },
              "points": [ { "name": "interior", "inputs": [[0], [1]] } ],
              "terms": [ { "name": "beam", "on": "interior", "residual": "u_xxxx - 1" } ]
            }
            """),
        With(OnePoint, "\"batchNorm\": { \"mode\": \"train\" }"));

    public static IReadOnlyList<DocumentedProblem> OfCompare { get; } = ComputationProblems.Of("CompareObjectives", Rest,
        "As for /v1/objectives. What only some variants cannot do stands as \"error\" beside the others' results; where none can be computed the request is "
            + "refused as the first is.",
        ("A variant's mode is misspelt", """
            {
              "network": { "inputShape": [1], "layers": [ { "type": "linear", "outFeatures": 1 } ] },
              "points": [ { "name": "interior", "inputs": [[0], [1]] } ],
              "terms": [ { "name": "pde", "on": "interior", "residual": "u_x - u" } ],
              "compare": [ { "mode": "train" }, { "mode": "train-detached" } ]
            }
            """),
        "Every variant would be too large, or all together; all are checked before the first is computed.",
        ("A network of too many parameters", """
            {
              "network": { "inputShape": [1], "layers": [ { "type": "linear", "outFeatures": 100000000 }, { "type": "linear", "outFeatures": 1 } ] },
              "points": [ { "name": "interior", "inputs": [[0], [1]] } ],
              "terms": [ { "name": "pde", "on": "interior", "residual": "u_x - u" } ]
            }
            """),
        With(OnePoint, "\"compare\": [ { \"mode\": \"train\" }, { \"mode\": \"trainDetached\" } ]"));

    private static (string Summary, string Request) With((string Summary, string Request) example, string more) =>
        (example.Summary, example.Request.Replace("{0}", more, StringComparison.Ordinal));
}
