using GradService.Api.Documents;
using GradService.Api.Serving.Bodies;
using GradService.Api.Storage;
using GradService.Domain.Faults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace GradService.Api.Networks;

/// <summary>Names that point to stored networks, and may be moved.</summary>
internal static class NamesEndpoints
{
    public static RouteGroupBuilder MapNames(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/names/{name}")
            .WithTag("Names", "Names that point to stored networks, and may be moved to others. With If-Match nobody overwrites what somebody else has moved.");
        group.AddEndpointFilter<OpenedStore>();

        group.MapPut("", MoveAsync)
            .WithName("MoveName")
            .WithSummary("Points a name to a stored network; the name is made if it is not there.")
            .WithDescription("If-Match: with the ETag that was read before, and the name is moved only if nobody else has moved it since. If-None-Match: "
                + "* makes a name and never moves one.")
            .Accepts<NameBody>("application/json")
            .WithExamples(NetworksExamples.Move)
            .WithParameter("name", NetworksExamples.NameInWords, example: NetworksExamples.ForumName)
            .WithRequestHeader("If-Match", NetworksExamples.IfMatchInWords)
            .WithRequestHeader("If-None-Match", "*: only if the name is not there.")
            .WithAnswer("The name points there now.", headers: [NetworksExamples.Tag])
            .WithAnswer("The name is made.", status: StatusCodes.Status201Created, headers: [NetworksExamples.Tag, NetworksExamples.Location])
            .WithProblems(NetworksProblems.OfMove);

        group.MapGet("", Find)
            .WithName("GetName")
            .WithSummary("Where a name points.")
            .WithDescription("The header ETag is what If-Match wants. It is another one after every move.")
            .WithParameter("name", $"{NetworksExamples.NameInWords} {NetworksExamples.ForumIsStored}", example: NetworksExamples.ForumName)
            .WithAnswer("The name, and the network that it points to.", headers: [NetworksExamples.Tag])
            .WithProblems(NetworksProblems.OfName);

        group.MapDelete("", DeleteAsync)
            .WithName("DeleteName")
            .WithSummary("Deletes a name; the network stays.")
            .WithDescription("With If-Match only if nobody has moved it since it was read.")
            .WithParameter("name", NetworksExamples.NameInWords)
            .WithRequestHeader("If-Match", NetworksExamples.IfMatchInWords)
            .WithAnswer("It is deleted.", status: StatusCodes.Status204NoContent)
            .WithProblems(NetworksProblems.OfDeleteName);

        return group;
    }

    private static async Task<Results<Ok<NameReport>, Created<NameReport>>> MoveAsync(string name, HttpContext context, [FromServices] RequestBody body,
        [FromServices] NetworkStore store)
    {
        var asked = (await body.ReadAsync<NameBody>(context)).Request;
        var moved = await store.MoveAsync(NetworkName.Checked(name), asked.Id, NamePrecondition.Of(context.Request).Check)
            ?? throw StoredIds.NotFound(asked.Id);
        SetTag(context.Response, moved.Name);
        var report = NameReport.Of(moved.Name);
        return moved.IsNew ? TypedResults.Created($"{context.Request.PathBase}/v1/names/{name}", report) : TypedResults.Ok(report);
    }

    private static Ok<NameReport> Find(string name, HttpResponse response, [FromServices] NetworkStore store)
    {
        var found = store.FindName(name) ?? throw NotFound(name);
        SetTag(response, found);
        return TypedResults.Ok(NameReport.Of(found));
    }

    private static async Task<NoContent> DeleteAsync(string name, HttpRequest request, [FromServices] NetworkStore store) =>
        await store.DeleteNameAsync(name, NamePrecondition.Of(request).Check) ? TypedResults.NoContent() : throw NotFound(name);

    private static void SetTag(HttpResponse response, StoredName name) => response.Headers.ETag = NamePrecondition.TagOf(name).ToString();

    private static FaultException NotFound(string name) =>
        new(Fault.NotFound("name", "the name of a stored network", Fault.Quoted(name), "GET /v1/networks lists networks with their names."));
}
