using GradService.Api.Documents;

namespace GradService.Api.Figures;

/// <summary>What the operation of this folder may refuse, and why.</summary>
internal static class FiguresProblems
{
    public static IReadOnlyList<DocumentedProblem> OfDraw { get; } =
    [
        .. ComputationProblems.Of("Figures", """
            "inputs": [[0], [1]], "gradient": { "kind": "sum" }
            """,
            "As for the endpoint whose request is drawn, paths beginning with \"request\" or \"panels[0].request\"; or there is no such picture of it.",
            ("Curves of three inputs", """
                {
                  "of": "gradients",
                  "request": {
                    "network": { "inputShape": [3], "layers": [ { "type": "linear", "outFeatures": 1 } ] },
                    "inputs": [[0, 0, 0], [1, 1, 1]],
                    "gradient": { "kind": "sum" }
                  },
                  "figure": { "kind": "curves" }
                }
                """),
            "As for the endpoint whose request is drawn; or a figure would draw too many points, or take too long to sum up.",
            ("A network of too many parameters", """
                {
                  "of": "gradients",
                  "request": {
                    "network": { "inputShape": [1], "layers": [ { "type": "linear", "outFeatures": 100000000 }, { "type": "linear", "outFeatures": 1 } ] },
                    "inputs": [[0], [1]],
                    "gradient": { "kind": "sum" }
                  }
                }
                """),
            ("One sample in mode train", """
                {
                  "of": "gradients",
                  "request": {
                    "network": { "inputShape": [1], "layers": [ { "type": "linear", "outFeatures": 4 }, { "type": "batchNorm" }, { "type": "linear", "outFeatures": 1 } ] },
                    "inputs": [[0.5]],
                    "gradient": { "kind": "sum" }
                  }
                }
                """))
            .Select(problem => problem.StatusCode switch
            {
                StatusCodes.Status406NotAcceptable =>
                    problem with { Description = "The header Accept excludes the format that was asked for. Nothing was computed." },
                StatusCodes.Status404NotFound =>
                    problem with { Example = problem.Example! with
                    {
                        Accept = FigureAnswer.Svg,
                        Request = $$"""{ "of": "gradients", "request": {{problem.Example.Request}} }""",
                    } },
                _ => problem with { Example = problem.Example! with { Accept = FigureAnswer.Svg } },
            }),
    ];
}
