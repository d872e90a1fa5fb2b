using GradService.Domain.Faults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace GradService.Api.Protocols.Tesseract;

/// <summary>Tells what is wrong with a request in FastAPI's form; errors of other kinds are problem documents here too.</summary>
internal sealed class TesseractFilter : IEndpointFilter
{
    /// <summary>Where in a body stands what the domain knows by another name.</summary>
    private static readonly (string Path, object[] Loc)[] Places =
    [
        ("inputs", ["body", "inputs", "inputs"]),
        ("batchNorm", ["body", "inputs", "mode"]),
        ("gradient.cotangent", ["body", "cotangent_vector", "outputs"]),
        ("gradient.tangent", ["body", "tangent_vector", "inputs"]),
        ("", ["body"]),
    ];

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (TesseractException wrong)
        {
            return Refuse(wrong.Errors);
        }
        catch (FaultException fault) when (fault.Faults[0].Code is FaultCode.Invalid or FaultCode.NotComputable)
        {
            return Refuse(
                [.. fault.Faults.Select(each =>
                    new TesseractError("value_error", Places.First(place => each.Path.StartsWith(place.Path, StringComparison.Ordinal)).Loc, Words(each)))]);
        }
    }

    /// <summary>The position within the array, which a path of FastAPI would have as indices, stays with the message.</summary>
    private static string Words(Fault fault) =>
        fault.Path.IndexOf('[', StringComparison.Ordinal) is >= 0 and var at ? $"At {fault.Path[at..]}: {fault.Message}" : fault.Message;

    private static JsonHttpResult<TesseractErrors> Refuse(IReadOnlyList<TesseractError> errors) =>
        TypedResults.Json(new TesseractErrors(errors), statusCode: StatusCodes.Status422UnprocessableEntity);
}
