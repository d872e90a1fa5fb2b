using System.Text.Json;
using System.Text.Json.Serialization;

namespace GradService.Api.Protocols.Tesseract;

/// <summary>One thing that is wrong with a request, as FastAPI tells it; clients turn it into an exception of their own.</summary>
/// <param name="Type">What kind of trouble it is: missing, extra_forbidden, literal_error, …</param>
/// <param name="Loc">Where: names and indices from "body" on.</param>
/// <param name="Msg">What was expected, and what came.</param>
/// <param name="Input">What came, where it is short.</param>
internal sealed record TesseractError(string Type, IReadOnlyList<object> Loc, string Msg,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Input = null);

/// <summary>The body of an answer with status 422.</summary>
/// <param name="Detail">Everything that is wrong.</param>
internal sealed record TesseractErrors(IReadOnlyList<TesseractError> Detail);

/// <summary>Ends a request with everything that is wrong with it.</summary>
internal sealed class TesseractException(IReadOnlyList<TesseractError> errors) : Exception(string.Join(" ", errors.Select(error => error.Msg)))
{
    public IReadOnlyList<TesseractError> Errors { get; } = errors;
}
