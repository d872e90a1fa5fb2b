using GradService.Api.Serving.Bodies;
using System.Reflection;
using GradService.Api.Wire.Writing;
using GradService.Domain.Arrays;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace GradService.Api.Protocols.Tesseract;

/// <summary>What leaves the network, or how it changes along a tangent.</summary>
/// <param name="Outputs">[N, M…].</param>
internal sealed record TesseractOutputs([property: TesseractArrayForm] NdArray Outputs);

/// <summary>What a cotangent is at the inputs.</summary>
/// <param name="Inputs">[N, D…].</param>
internal sealed record TesseractInputs([property: TesseractArrayForm] NdArray Inputs);

/// <summary>The batch Jacobian.</summary>
/// <param name="Outputs">That of the outputs.</param>
internal sealed record TesseractJacobian(TesseractJacobianOfOutputs Outputs);

/// <summary>The batch Jacobian of the outputs.</summary>
/// <param name="Inputs">With respect to the inputs, [N, M…, N, D…].</param>
internal sealed record TesseractJacobianOfOutputs([property: TesseractArrayForm] NdArray Inputs);

/// <summary>The shape and the type of what would leave the network.</summary>
/// <param name="Outputs">Those of the outputs.</param>
internal sealed record TesseractAbstractOutputs(TesseractShape Outputs);

/// <summary>An array that is not there.</summary>
/// <param name="Shape">Its sizes.</param>
/// <param name="Dtype">NumPy's name for its type.</param>
internal sealed record TesseractShape(IReadOnlyList<long> Shape, string Dtype);

/// <summary>How a network is.</summary>
/// <param name="Status">ok.</param>
internal sealed record TesseractHealth(string Status);

/// <summary>200 with arrays encoded as Accept says.</summary>
/// <param name="Value">The result.</param>
internal sealed record TesseractAnswer<T>(T Value) : IResult, IEndpointMetadataProvider
    where T : class
{
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(T), [AnswerMedia.Json, TesseractAnswer.Base64]));

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var base64 = !TesseractAnswer.IsText(httpContext.Request);
        return AnswerBody.SendJsonAsync(httpContext, Value, base64 ? TesseractAnswer.Base64 : AnswerMedia.Json, array => TesseractArray.TextOf(array, base64));
    }
}

/// <summary>How answers write arrays.</summary>
internal static class TesseractAnswer
{
    public const string Base64 = AnswerMedia.Json + "+base64";

    private static readonly NumbersForm InLists = NumbersForm.Text(
        "inputs", $"Send Accept: {Base64}, which writes the numbers' bytes, or send fewer samples.");

    public static NumbersForm NumbersOf(HttpRequest request) => IsText(request) ? InLists : NumbersForm.Bytes;

    /// <summary>Whoever does not name the other form gets lists: each array says how it is encoded, and clients read both.</summary>
    public static bool IsText(HttpRequest request) => !MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)
        || !accepted.Any(range => range.Quality is not 0 && range.MediaType.Equals(Base64, StringComparison.OrdinalIgnoreCase));
}
