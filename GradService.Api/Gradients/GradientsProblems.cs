using GradService.Api.OpenApi;

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

    public static IReadOnlyList<DocumentedProblem> OfGradients { get; } = Of("Gradients",
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
        OneSample.Replace("{0}", ",\n  \"gradient\": { \"kind\": \"sum\" }", StringComparison.Ordinal));

    public static IReadOnlyList<DocumentedProblem> OfCompare { get; } = Of("CompareGradients",
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
        OneSample.Replace("{0}", "", StringComparison.Ordinal));

    public static IReadOnlyList<DocumentedProblem> OfForward { get; } = Of("Forward",
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
              "network": { "inputShape": [1], "layers": [ { "type": "linear", "outFeatures": 100000000 } ] },
              "inputs": [[0], [1]]
            }
            """),
        OneSample.Replace("{0}", "", StringComparison.Ordinal));

    private static IReadOnlyList<DocumentedProblem> Of(string operation, string invalid, (string Summary, string Request) invalidExample, string tooLarge, (string Summary, string Request) tooLargeExample, string notComputable)
    {
        return
        [
            new(StatusCodes.Status400BadRequest, $"The request is not valid. {invalid} \"errors\" lists everything that is wrong by its path, with what was expected and what came.",
                Recorded(StatusCodes.Status400BadRequest, invalidExample.Summary) with { Request = invalidExample.Request }),
            new(StatusCodes.Status406NotAcceptable, "The header Accept excludes application/json. Nothing was computed.",
                Recorded(StatusCodes.Status406NotAcceptable, "Accept: text/csv") with { Accept = "text/csv" }),
            new(StatusCodes.Status413PayloadTooLarge, $"The request is over a limit. {tooLarge} Or the body is larger than MaxRequestBytes. The detail names the limit, the size asked for and what to do.",
                Recorded(StatusCodes.Status413PayloadTooLarge, tooLargeExample.Summary) with { Request = tooLargeExample.Request }),
            new(StatusCodes.Status415UnsupportedMediaType, "The header Content-Type is not application/json (in UTF-8).",
                Recorded(StatusCodes.Status415UnsupportedMediaType, "Content-Type: text/plain") with { ContentType = "text/plain" }),
            new(StatusCodes.Status422UnprocessableEntity, "The request is right, but its numbers do not exist: a BatchNorm layer would take the variance of a single value per channel.",
                Recorded(StatusCodes.Status422UnprocessableEntity, "One sample in mode train") with { Request = notComputable }),
            new(StatusCodes.Status429TooManyRequests, "As many requests as may (limit QueueLength) are waiting for a compute thread. Try again after the seconds that Retry-After names.",
                Recorded(StatusCodes.Status429TooManyRequests, "The queue is full"), SaysWhenToRetry: true),
            new(StatusCodes.Status503ServiceUnavailable, "No answer within the deadline (limit DeadlineSeconds), and the computation was stopped; or there is not enough memory; or libtorch could not be loaded. The detail says which.",
                Recorded(StatusCodes.Status503ServiceUnavailable, "The deadline passed"), SaysWhenToRetry: true),
        ];

        ProblemExample Recorded(int status, string summary) => new(summary, RecordedAnswers.Of(operation, status));
    }
}
