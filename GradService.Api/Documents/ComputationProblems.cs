namespace GradService.Api.Documents;

/// <summary>What every operation that computes may refuse; what is particular to one are the words and the examples.</summary>
internal static class ComputationProblems
{
    /// <param name="operation">The operation's id.</param>
    /// <param name="rest">A request of it but for the network.</param>
    /// <param name="invalid">What makes a request of it invalid.</param>
    /// <param name="invalidExample">Such a request.</param>
    /// <param name="tooLarge">What makes a request of it too large.</param>
    /// <param name="tooLargeExample">Such a request.</param>
    /// <param name="notComputableExample">A request whose numbers do not exist.</param>
    public static IReadOnlyList<DocumentedProblem> Of(string operation, string rest, string invalid, (string Summary, string Request) invalidExample,
        string tooLarge, (string Summary, string Request) tooLargeExample, (string Summary, string Request) notComputableExample)
    {
        return
        [
            new(StatusCodes.Status400BadRequest,
                $"The request is not valid. {invalid} \"errors\" lists everything that is wrong by its path, with what was expected and what came.",
                Recorded(StatusCodes.Status400BadRequest, invalidExample.Summary) with { Request = invalidExample.Request }),
            new(StatusCodes.Status404NotFound, "The network refers by id or name to one that is not stored.",
                Recorded(StatusCodes.Status404NotFound, "A name that nobody has given") with
                {
                    Request = $$"""{ "network": { "name": "not-stored" }, {{rest}} }""",
                }),
            new(StatusCodes.Status406NotAcceptable, "The header Accept excludes both application/json and application/x-npz. Nothing was computed.",
                Recorded(StatusCodes.Status406NotAcceptable, "Accept: text/csv") with { Accept = "text/csv" }),
            new(StatusCodes.Status408RequestTimeout, "The body did not come in time. The connection is closed.",
                Recorded(StatusCodes.Status408RequestTimeout, "The rest of the body never comes")),
            new(StatusCodes.Status413PayloadTooLarge,
                $"The request is over a limit. {tooLarge} Or the body is larger than MaxRequestBytes. The detail names the limit, "
                    + "the size asked for and what to do.",
                Recorded(StatusCodes.Status413PayloadTooLarge, tooLargeExample.Summary) with { Request = tooLargeExample.Request }),
            new(StatusCodes.Status415UnsupportedMediaType, "The header Content-Type is neither application/json (in UTF-8) nor application/x-npz.",
                Recorded(StatusCodes.Status415UnsupportedMediaType, "Content-Type: text/plain") with { ContentType = "text/plain" }),
            new(StatusCodes.Status422UnprocessableEntity,
                "The request is right, but its numbers do not exist: a BatchNorm layer would take the variance of a single value per channel.",
                Recorded(StatusCodes.Status422UnprocessableEntity, notComputableExample.Summary) with { Request = notComputableExample.Request }),
            new(StatusCodes.Status429TooManyRequests,
                "As many requests as may (limit QueueLength) are waiting for a compute thread. Try again after the seconds that Retry-After names.",
                Recorded(StatusCodes.Status429TooManyRequests, "The queue is full"), SaysWhenToRetry: true),
            new(StatusCodes.Status503ServiceUnavailable,
                "No answer within the deadline (limit DeadlineSeconds, or sooner the header Request-Timeout), and the computation was stopped; or there is not "
                    + "enough memory; or the service is being stopped; or libtorch could not be loaded, or stored networks cannot be "
                    + "reached. The detail says which.",
                Recorded(StatusCodes.Status503ServiceUnavailable, "The deadline passed"), SaysWhenToRetry: true),
        ];

        ProblemExample Recorded(int status, string summary) => new(summary, RecordedAnswers.Of(operation, status));
    }
}
