using GradService.Api.Documents;

namespace GradService.Api.Objectives;

/// <summary>
/// Requests for /v1/objectives that work as they stand: the Poisson problem in the right meaning and in the blind one,
/// then what else there is.
/// </summary>
internal static class ObjectivesExamples
{
    private const string PoissonNetwork = """
        {
            "inputShape": [1],
            "layers": [
              { "type": "linear", "outFeatures": 10 }, { "type": "tanh" }, { "type": "batchNorm" },
              { "type": "linear", "outFeatures": 1 }
            ],
            "dtype": "float64",
            "seed": 7
          }
        """;

    private const string SpaceTimeNetwork = """
        {
            "inputShape": [2],
            "layers": [
              { "type": "linear", "outFeatures": 8 }, { "type": "tanh" }, { "type": "batchNorm" },
              { "type": "linear", "outFeatures": 1 }
            ],
            "dtype": "float64",
            "seed": 7
          }
        """;

    private const string PoissonTerms = """
        [
            { "name": "pde", "on": "interior", "residual": "u_xx + pi^2*sin(pi*x)" },
            { "name": "bc", "on": "boundary", "residual": "u", "weight": 100 }
          ]
        """;

    private const string PoissonPoints = """
        [
            { "name": "interior", "inputs": [[0.05], [0.15], [0.25], [0.35], [0.45], [0.55], [0.65], [0.75], [0.85], [0.95]] },
            { "name": "boundary", "inputs": [[0], [1]] }
          ]
        """;

    public static IReadOnlyList<RequestExample> All { get; } =
    [
        new("poisson", "The Poisson problem, as a PINN needs it",
            "u'' = −π² sin πx with u(0) = u(1) = 0. Mode trainDetached: derivatives are the curve's, parameter gradients the loss's.",
            Poisson("""{ "mode": "trainDetached" }""")),
        new("naive", "The same, nested in train mode: a blind term",
            "What nested torch.autograd.grad(u.sum(), x) does in train mode: u_xx is rounding noise, and finding objective-blind says that no "
                + "parameter can reduce the term.",
            Poisson("""{ "mode": "train" }""", ",\n  \"derivative\": \"sum\"")),
        new("penalty", "A critic with a gradient penalty (WGAN-GP)",
            "The means of the critic's output on real and generated points, and (‖∇u‖₂ − 1)² between them.",
            """
            {
              "network": {
                "inputShape": [2],
                "layers": [ { "type": "linear", "outFeatures": 8 }, { "type": "softplus" }, { "type": "batchNorm" }, { "type": "linear", "outFeatures": 1 } ],
                "seed": 3
              },
              "variables": ["x", "y"], "outputs": ["u"],
              "points": [
                { "name": "real", "inputs": [[0.1, 0.2], [0.3, -0.1], [0.0, 0.4]] },
                { "name": "fake", "inputs": [[0.9, 0.8], [1.1, 0.7], [0.8, 1.2]] },
                { "name": "mixed", "inputs": [[0.5, 0.5], [0.7, 0.3], [0.4, 0.8]] }
              ],
              "terms": [
                { "name": "real", "on": "real", "residual": "u", "reduction": "mean", "weight": -1 },
                { "name": "fake", "on": "fake", "residual": "u", "reduction": "mean" },
                { "name": "gp", "on": "mixed", "gradientPenalty": { "output": "u", "center": 1 }, "weight": 10 }
              ]
            }
            """),
        new("system", "Two outputs, two variables, data and residuals handed out",
            "Variables named by words take two underscores; target holds one number per point.",
            """
            {
              "network": {
                "inputShape": [2],
                "layers": [ { "type": "linear", "outFeatures": 6 }, { "type": "tanh" }, { "type": "batchNorm" }, { "type": "linear", "outFeatures": 2 } ],
                "dtype": "float64", "seed": 5
              },
              "variables": ["x", "time"], "outputs": ["h", "v"],
              "points": [
                { "name": "interior", "inputs": [[0.1, 0.1], [0.4, 0.3], [0.6, 0.7], [0.9, 0.2]] },
                { "name": "sensors", "inputs": [[0.0, 0.5], [1.0, 0.5]] }
              ],
              "terms": [
                { "name": "mass", "on": "interior", "residual": "h__time + h*v__x + v*h__x" },
                { "name": "momentum", "on": "interior", "residual": "v__time + v*v__x + 9.81*h__x" },
                { "name": "data", "on": "sensors", "residual": "h - target", "target": [0.3, 0.1], "weight": 10 }
              ],
              "return": ["parameterGradients", "residuals"]
            }
            """),
        new("inverse", "An unknown coefficient, and measured data",
            "u_t = D·u_xx with D to be found: unknownGradients has its gradient, beside those of the parameters. The sensors' readings are a column of data.",
            $$"""
            {
              "network": {{SpaceTimeNetwork}},
              "variables": ["x", "t"],
              "unknowns": { "D": 0.5 },
              "points": [
                { "name": "interior", "inputs": [[0.2, 0.2], [0.5, 0.2], [0.8, 0.2], [0.2, 0.8], [0.5, 0.8], [0.8, 0.8]] },
                { "name": "sensors",
                  "inputs": [[0.25, 0], [0.5, 0], [0.75, 0], [0.25, 0.5], [0.5, 0.5], [0.75, 0.5], [0.25, 1], [0.5, 1], [0.75, 1]],
                  "data": { "measured": [0.707, 1, 0.707, 0.432, 0.611, 0.432, 0.264, 0.373, 0.264] } }
              ],
              "terms": [
                { "name": "pde", "on": "interior", "residual": "u_t - D*u_xx" },
                { "name": "data", "on": "sensors", "residual": "u - measured", "weight": 10 }
              ]
            }
            """),
        new("periodic", "A periodic boundary: two sets, paired point by point",
            "u_t + u_x = 0 on a ring. On both ends together, names carry the set: u@left − u@right.",
            $$"""
            {
              "network": {{SpaceTimeNetwork}},
              "variables": ["x", "t"],
              "points": [
                { "name": "interior", "inputs": [[0.2, 0.3], [0.4, 0.3], [0.6, 0.3], [0.8, 0.3], [0.2, 0.7], [0.4, 0.7], [0.6, 0.7], [0.8, 0.7]] },
                { "name": "start", "inputs": [[0, 0], [0.25, 0], [0.5, 0], [0.75, 0]] },
                { "name": "left", "inputs": [[0, 0.25], [0, 0.5], [0, 0.75], [0, 1]] },
                { "name": "right", "inputs": [[1, 0.25], [1, 0.5], [1, 0.75], [1, 1]] }
              ],
              "terms": [
                { "name": "pde", "on": "interior", "residual": "u_t + u_x" },
                { "name": "start", "on": "start", "residual": "u - sin(2*pi*x)" },
                { "name": "periodic", "on": ["left", "right"], "residual": "u@left - u@right" },
                { "name": "smooth", "on": ["left", "right"], "residual": "u_x@left - u_x@right" }
              ]
            }
            """),
        new("hardBoundary", "A hard boundary: a field that is 0 there whatever the network is",
            "u = x(1−x)·n, differentiated as an output is. No point of the boundary and no weight for it is needed.",
            $$"""
            {
              "network": {{PoissonNetwork}},
              "variables": ["x"],
              "outputs": ["n"],
              "fields": { "u": "x*(1-x)*n" },
              "points": [
                { "name": "interior", "inputs": [[0.05], [0.15], [0.25], [0.35], [0.45], [0.55], [0.65], [0.75], [0.85], [0.95]] }
              ],
              "terms": [
                { "name": "pde", "on": "interior", "residual": "u_xx + pi^2*sin(pi*x)" }
              ]
            }
            """),
        new("adversarial", "A classifier's loss and its gradient with respect to the points",
            "crossEntropy in mode eval, and inputGradients: where to move each point so that the loss grows, as FGSM does by the sign.",
            """
            {
              "network": {
                "inputShape": [2],
                "layers": [ { "type": "batchNorm", "affine": false }, { "type": "linear", "outFeatures": 3 } ],
                "dtype": "float64",
                "parameters": {
                  "0.running_mean": [0.5, 0.5],
                  "0.running_var": [0.08, 0.1],
                  "1.weight": [[-2, 1], [2, 1], [0, -2]],
                  "1.bias": [0, 0, 0]
                }
              },
              "points": [
                { "name": "samples", "inputs": [[0.1, 0.9], [0.3, 0.6], [0.7, 0.6], [0.9, 0.8], [0.4, 0.1], [0.6, 0.3]] }
              ],
              "terms": [
                { "name": "loss", "on": "samples", "crossEntropy": { "labels": [0, 0, 1, 1, 2, 2] } }
              ],
              "batchNorm": { "mode": "eval" },
              "return": ["inputGradients"]
            }
            """),
        new("perSet", "Each point set its own batch",
            "Calling the network once for the interior and once for the boundary: two points always normalise to ±1, and finding sets-normalised-differently "
                + "says by how much the sets' functions differ.",
            Poisson("""{ "mode": "trainDetached", "batches": "perSet" }""")),
    ];

    public static IReadOnlyList<RequestExample> Compare { get; } =
    [
        new("poisson", "The Poisson problem in all six meanings",
            "Variants a (naive) to f (moving average): values, cosines of the parameter gradients with variant c's, passes and findings.",
            Poisson(batchNorm: null)),
        new("chosen", "Two meanings side by side",
            "trainDetached with and without the statistics' part of the parameter gradient: the same value, another gradient.",
            Poisson(batchNorm: null, ",\n  \"compare\": [ { \"mode\": \"trainDetached\" }, { \"mode\": \"trainDetached\", \"throughStatistics\": false } ]")),
    ];

    private static string Poisson(string? batchNorm, string more = "") => $$"""
        {
          "network": {{PoissonNetwork}},
          "variables": ["x"], "outputs": ["u"],
          "points": {{PoissonPoints}},
          "terms": {{PoissonTerms}}{{(batchNorm is null ? "" : $",\n  \"batchNorm\": {batchNorm}")}}{{more}}
        }
        """;
}
