using GradService.Api.Documents;

namespace GradService.Api.Networks;

/// <summary>What the operations of this folder may refuse, and why.</summary>
internal static class NetworksProblems
{
    private static readonly DocumentedProblem NoNetwork = new(StatusCodes.Status404NotFound, "No network is stored under this id.");
    private static readonly DocumentedProblem NoName = new(StatusCodes.Status404NotFound, "There is no such name.");
    private static readonly DocumentedProblem Outdated = new(StatusCodes.Status412PreconditionFailed,
        "The name is not as If-Match or If-None-Match supposes: somebody has moved, made or deleted it. Nothing was changed.");
    private static readonly DocumentedProblem Full = new(StatusCodes.Status507InsufficientStorage,
        "There is no room for more: the disk is full, or the limit MaxStoredBytes is reached. Nothing was stored.");
    private static readonly DocumentedProblem Unavailable = new(StatusCodes.Status503ServiceUnavailable,
        "The folder of stored networks cannot be used right now. Networks that are described in a request are computed as ever.", SaysWhenToRetry: true);
    private static readonly DocumentedProblem NotJson =
        new(StatusCodes.Status415UnsupportedMediaType, "The header Content-Type is none of those that the operation takes.");

    public static IReadOnlyList<DocumentedProblem> OfUpload { get; } =
    [
        new(StatusCodes.Status400BadRequest,
            "The network, the name, the names or the safetensors file is not valid. \"errors\" lists what is wrong by its path, with what was expected "
                + "and what came."),
        new(StatusCodes.Status409Conflict, "The name points to other content. Nothing was stored; PUT /v1/names/{name} moves it on purpose."),
        new(StatusCodes.Status413PayloadTooLarge,
            "The network has too many parameters (limit MaxParameters), the file is larger than MaxUploadBytes, or what else was sent than MaxRequestBytes."),
        NotJson,
        new(StatusCodes.Status429TooManyRequests,
            "As many requests as may (limit QueueLength) are waiting for a compute thread. Try again after the seconds that Retry-After names.",
            SaysWhenToRetry: true),
        Unavailable,
        Full,
    ];

    public static IReadOnlyList<DocumentedProblem> OfStore { get; } =
        [.. OfUpload, new(StatusCodes.Status404NotFound, "The network refers to one that is not stored.")];

    public static IReadOnlyList<DocumentedProblem> OfList { get; } =
        [new(StatusCodes.Status400BadRequest, "limit or after is not what it may be."), Unavailable];

    public static IReadOnlyList<DocumentedProblem> OfFind { get; } = [NoNetwork, Unavailable];

    public static IReadOnlyList<DocumentedProblem> OfDelete { get; } =
        [NoNetwork, new(StatusCodes.Status409Conflict, "Names point to the network; the detail says which. Delete or move them first."), Unavailable];

    public static IReadOnlyList<DocumentedProblem> OfParameters { get; } =
    [
        NoNetwork,
        new(StatusCodes.Status406NotAcceptable, "The header Accept excludes all forms that there are."),
        new(StatusCodes.Status413PayloadTooLarge, "As text the numbers would take longer than MaxOperationSeconds; the other forms do not."),
        Unavailable,
    ];

    public static IReadOnlyList<DocumentedProblem> OfMove { get; } =
    [
        new(StatusCodes.Status400BadRequest, "The name, the body or a header is not valid."),
        NoNetwork,
        Outdated,
        new(StatusCodes.Status413PayloadTooLarge, "The body is larger than MaxRequestBytes."),
        NotJson,
        Unavailable,
        Full,
    ];

    public static IReadOnlyList<DocumentedProblem> OfName { get; } = [NoName, Unavailable];

    public static IReadOnlyList<DocumentedProblem> OfDeleteName { get; } =
        [new(StatusCodes.Status400BadRequest, "If-Match is no list of entity tags."), NoName, Outdated, Unavailable];
}
