using GradService.Api.Serving.Admission;
using GradService.Api.Wire.Writing;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;

namespace GradService.Api.Documents;

/// <summary>A request that works as it stands.</summary>
/// <param name="Name">Its key in the document.</param>
/// <param name="Summary">What a reader picks it by.</param>
/// <param name="Description">What it shows.</param>
/// <param name="Json">The body.</param>
internal sealed record RequestExample(string Name, string Summary, string Description, string Json);

/// <summary>What a successful answer is.</summary>
/// <param name="Words">In words.</param>
/// <param name="Json">Reads a true one, to the operation's first example; null: none is shown.</param>
/// <param name="StatusCode">Its status.</param>
/// <param name="Headers">What its headers say.</param>
internal sealed record DocumentedAnswer(string Words, Func<string?>? Json, int StatusCode, IReadOnlyList<DocumentedHeader> Headers);

/// <summary>A header of an answer.</summary>
internal sealed record DocumentedHeader(string Name, string Description);

/// <summary>A part of the path or the query, or a header of a request.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is.</param>
/// <param name="IsInteger">Whether it is an integer, and not a text.</param>
/// <param name="IsHeader">Whether it is a header.</param>
/// <param name="Example">What Swagger UI fills in, and sends; null: nothing.</param>
internal sealed record DocumentedParameter(string Name, string Description, bool IsInteger = false, bool IsHeader = false, string? Example = null);

/// <summary>A true problem document.</summary>
/// <param name="Summary">What was wrong.</param>
/// <param name="Json">Reads the answer; null: not recorded yet.</param>
/// <param name="Request">The body that was sent; null: it does not depend on that.</param>
/// <param name="ContentType">The header Content-Type that was sent.</param>
/// <param name="Accept">The header Accept that was sent.</param>
internal sealed record ProblemExample(string Summary, Func<string?> Json, string? Request = null, string ContentType = "application/json",
    string Accept = "application/json");

/// <summary>An error that an operation may answer with.</summary>
/// <param name="StatusCode">The status.</param>
/// <param name="Description">When it happens, and what to do.</param>
/// <param name="Example">One such answer.</param>
/// <param name="SaysWhenToRetry">Whether it comes with the header Retry-After.</param>
internal sealed record DocumentedProblem(int StatusCode, string Description, ProblemExample? Example = null, bool SaysWhenToRetry = false)
    : IProducesResponseTypeMetadata
{
    public Type Type => typeof(ProblemDetails);

    public IEnumerable<string> ContentTypes => [AnswerMedia.Problem];
}

/// <summary>The body of an operation that reads it by rules of its own.</summary>
/// <param name="Schema">Makes its schema, when somebody wants to see it.</param>
internal sealed record DocumentedBody(Func<OpenApiSchema> Schema);

/// <summary>A body of another form than JSON, beside it.</summary>
/// <param name="Media">Its media type.</param>
/// <param name="Schema">Makes its schema, when somebody wants to see it.</param>
internal sealed record DocumentedForm(string Media, Func<OpenApiSchema> Schema);

/// <summary>A property of an answer that is written in a form of its own.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal abstract class WrittenFormAttribute : Attribute
{
    /// <summary>The schema of that form, made anew for who changes it.</summary>
    public abstract OpenApiSchema Schema();
}

/// <summary>A form of the body that the operation goes on taking, and that another operation documents.</summary>
internal sealed record UndocumentedForm(string Media);

/// <summary>When an operation answers with a status, where its errors are no problem documents.</summary>
/// <param name="StatusCode">The status.</param>
/// <param name="Words">When it is.</param>
/// <param name="SaysWhenToRetry">Whether it comes with the header Retry-After.</param>
internal sealed record DescribedStatus(int StatusCode, string Words, bool SaysWhenToRetry = false);

/// <summary>The form of an operation's errors, where they are no problem documents.</summary>
/// <param name="Type">What is written.</param>
/// <param name="Media">As what.</param>
internal sealed record DocumentedErrors(Type Type, string Media);

/// <summary>A number in a header that an operation reads and that may be left out. It has no example: Swagger UI would send it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does.</param>
internal sealed record DocumentedRequestHeader(string Name, string Description);

/// <summary>What a group of operations is about.</summary>
internal sealed record DocumentedTag(string Name, string Description);

/// <summary>How endpoints say what they do, beside summary and description.</summary>
internal static class Documentation
{
    public static RouteGroupBuilder WithTag(this RouteGroupBuilder group, string name, string description) =>
        group.WithTags(name).WithMetadata(new DocumentedTag(name, description));

    /// <summary>Says that the operations of a group, which compute, read the header by which a caller limits its wait.</summary>
    public static RouteGroupBuilder WithRequestTimeout(this RouteGroupBuilder group) => group.WithMetadata(new DocumentedRequestHeader(
        RequestTimeout.Header,
        "How many seconds the caller will wait for the answer, from the request's having been read, as in 2.5; then the computation is stopped, 503. "
        + "It can only shorten the limit DeadlineSeconds."));

    public static RouteHandlerBuilder WithExamples(this RouteHandlerBuilder endpoint, IReadOnlyList<RequestExample> examples) =>
        endpoint.WithMetadata([.. examples]);

    public static RouteHandlerBuilder WithAnswer(this RouteHandlerBuilder endpoint, string words, Func<string?>? json = null,
        int status = StatusCodes.Status200OK, IReadOnlyList<DocumentedHeader>? headers = null) =>
        endpoint.WithMetadata(new DocumentedAnswer(words, json, status, headers ?? []));

    public static RouteHandlerBuilder WithParameter(this RouteHandlerBuilder endpoint, string name, string description, bool isInteger = false,
        string? example = null) =>
        endpoint.WithMetadata(new DocumentedParameter(name, description, isInteger, Example: example));

    public static RouteHandlerBuilder WithRequestHeader(this RouteHandlerBuilder endpoint, string name, string description) =>
        endpoint.WithMetadata(new DocumentedParameter(name, description, IsHeader: true));

    public static RouteHandlerBuilder WithProblems(this RouteHandlerBuilder endpoint, params IReadOnlyList<DocumentedProblem> problems) =>
        endpoint.WithMetadata([.. problems]);
}
