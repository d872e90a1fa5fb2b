using System.Globalization;
using GradService.Api.Documents;
using GradService.Api.Serving.Bodies;
using GradService.Api.Storage;
using GradService.Api.Wire.Writing;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace GradService.Api.Networks;

/// <summary>Networks by their content: stored once, and referred to by id.</summary>
internal static class NetworksEndpoints
{
    private const int DefaultLimit = 100;
    private const int MostAtOnce = 1000;

    public static RouteGroupBuilder MapNetworks(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/networks").WithTag("Networks",
            "Networks that are stored once and referred to by id or name: wherever a request takes a network, it takes {\"id\": …} and {\"name\": …} as well.");
        group.AddEndpointFilter<OpenedStore>();

        group.MapPost("", StoreAsync)
            .WithName("StoreNetwork")
            .WithSummary("Stores a network, and gives it a name where one is asked for.")
            .WithDescription("The id is the hash of layers and parameters, seeded ones included: the same network has the same id, however it was "
                + "described, and is stored once. "
                + "The parameters as a safetensors file: POST /v1/networks/upload.")
            .Accepts<NetworkBody>(AnswerMedia.Json, NetworkUpload.Media, AnswerMedia.Npz)
            .WithMetadata(new UndocumentedForm(NetworkUpload.Media))
            .WithExamples(NetworksExamples.Store)
            .WithAnswer("It was stored before, and has the name now.")
            .WithAnswer("It is stored.", status: StatusCodes.Status201Created, headers: [NetworksExamples.Location])
            .WithProblems(NetworksProblems.OfStore);

        group.MapPost("/upload", UploadAsync)
            .WithName("UploadNetwork")
            .WithSummary("Stores a network whose parameters are a safetensors file.")
            .WithDescription("The file is what safetensors.torch.save_file(net.state_dict(), …) writes; without it the spec says where the numbers come from. "
                + "Where its tensors are called otherwise than in the network, the part names says how. "
                + "All else is as in POST /v1/networks, which takes such forms too.")
            .Accepts<NetworkBody>(NetworkUpload.Media)
            .WithMetadata(NetworkUploadSchema.Documented)
            .WithAnswer("It was stored before, and has the name now.")
            .WithAnswer("It is stored.", status: StatusCodes.Status201Created, headers: [NetworksExamples.Location])
            .WithProblems(NetworksProblems.OfUpload);

        group.MapGet("", List)
            .WithName("ListNetworks")
            .WithSummary("Stored networks by page, in the order in which they were stored.")
            .WithDescription("What is stored or deleted meanwhile makes no other network appear twice or not at all.")
            .WithParameter("limit", $"How many at most, 1 to {MostAtOnce}; {DefaultLimit} where it is absent.", isInteger: true)
            .WithParameter("after", "\"next\" of the page before; absent: the first page.")
            .WithAnswer("A page of networks, and where the next one begins.")
            .WithProblems(NetworksProblems.OfList);

        group.MapGet("/{id}", Find)
            .WithName("GetNetwork")
            .WithSummary("A stored network with its layers, but without its numbers.")
            .WithDescription("The spec, with every field at its value; its parameters are had below it.")
            .WithParameter("id", $"{NetworksExamples.IdInWords} {NetworksExamples.ForumIsStored}", example: NetworksExamples.ForumId)
            .WithAnswer("The network.")
            .WithProblems(NetworksProblems.OfFind);

        group.MapDelete("/{id}", DeleteAsync)
            .WithName("DeleteNetwork")
            .WithSummary("Deletes a network to which no name points.")
            .WithDescription("While names point to it, the answer is 409 and says which: nobody who goes by a name finds it gone. Requests that are being "
                + "computed are not disturbed.")
            .WithParameter("id", NetworksExamples.IdInWords)
            .WithAnswer("It is deleted.", status: StatusCodes.Status204NoContent)
            .WithProblems(NetworksProblems.OfDelete);

        group.MapGet("/{id}/parameters", Parameters)
            .WithName("GetParameters")
            .WithSummary("All parameters and buffers of a stored network, by their names in PyTorch's state_dict.")
            .WithDescription("The form is what Accept prefers: JSON as network.parameters takes it, a safetensors file as safetensors.torch.load_file reads "
                + "it, or an archive as numpy.load reads it.")
            .WithParameter("id", $"{NetworksExamples.IdInWords} {NetworksExamples.ForumIsStored}", example: NetworksExamples.ForumId)
            .Produces<IReadOnlyDictionary<string, NdArray>>(StatusCodes.Status200OK, AnswerMedia.Json, AnswerMedia.Safetensors, AnswerMedia.Npz)
            .WithAnswer("The parameters and buffers.")
            .WithProblems(NetworksProblems.OfParameters);

        return group;
    }

    private static async Task<Results<Created<NetworkReport>, Ok<NetworkReport>>> StoreAsync(HttpContext context, [FromServices] NetworkIntake intake) =>
        Report(context, await intake.StoreAsync(context));

    private static async Task<Results<Created<NetworkReport>, Ok<NetworkReport>>> UploadAsync(HttpContext context, [FromServices] NetworkIntake intake) =>
        Report(context, await intake.UploadAsync(context));

    private static Results<Created<NetworkReport>, Ok<NetworkReport>> Report(HttpContext context, (StoredNetwork Network, string? Name, bool IsNew) taken)
    {
        var report = NetworkReport.Whole(taken.Network, taken.Name);
        return taken.IsNew ? TypedResults.Created($"{context.Request.PathBase}/v1/networks/{report.Id}", report) : TypedResults.Ok(report);
    }

    private static Ok<NetworkListReport> List([FromServices] NetworkStore store, string? limit = null, string? after = null)
    {
        var most = Number("limit", limit, DefaultLimit, 1, MostAtOnce);
        var networks = store.List(Number("after", after, 0, 0, long.MaxValue), (int)most + 1);
        var page = networks.Take((int)most).ToList();
        return TypedResults.Ok(new NetworkListReport
        {
            Items = [.. page.Select(network => NetworkReport.Of(network))],
            Next = networks.Count > page.Count ? page[^1].Number.ToString(CultureInfo.InvariantCulture) : null,
        });
    }

    private static Ok<NetworkReport> Find(string id, [FromServices] NetworkStore store) =>
        TypedResults.Ok(NetworkReport.Whole(store.Find(id) ?? throw StoredIds.NotFound(id)));

    private static async Task<NoContent> DeleteAsync(string id, [FromServices] NetworkStore store) =>
        await store.DeleteAsync(id) ? TypedResults.NoContent() : throw StoredIds.NotFound(id);

    private static ParametersAnswer Parameters(string id, HttpRequest request, [FromServices] NetworkStore store, [FromServices] WrittenNumbers written)
    {
        var media = AnswerMedia.Preferred(request, ParametersAnswer.Forms)
            ?? throw new BadHttpRequestException($"Parameters are had as {string.Join(", ", ParametersAnswer.Forms)}; the header Accept excludes all of them.",
                StatusCodes.Status406NotAcceptable);
        var parameters = store.OpenParameters(id) ?? throw StoredIds.NotFound(id);
        try
        {
            if (media == AnswerMedia.Json)
            {
                _ = written.Price(parameters.Numbers, NumbersForm.Text("$", $"Send Accept: {AnswerMedia.Safetensors} or {AnswerMedia.Npz}."));
            }
        }
        catch
        {
            parameters.Dispose();
            throw;
        }

        return new ParametersAnswer(id, parameters, media);
    }

    private static long Number(string name, string? text, long absent, long least, long most) =>
        text is null ? absent
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw new FaultException(Fault.Invalid(name, name == "after" ? "what \"next\" of the page before was" : $"an integer from {least} to {most}",
            Fault.Quoted(text)));
}
