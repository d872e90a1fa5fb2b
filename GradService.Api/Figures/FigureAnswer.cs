using System.Reflection;
using GradService.Api.Serving.Bodies;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;

namespace GradService.Api.Figures;

/// <summary>200 with a picture.</summary>
internal sealed record FigureAnswer(DrawnFigure Figure) : IResult, IEndpointMetadataProvider
{
    public const string Svg = "image/svg+xml";
    public const string Png = "image/png";

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(byte[]), [Svg, Png]));

    public Task ExecuteAsync(HttpContext httpContext) => AnswerBody.SendAsync(httpContext, MediaOf(Figure.Format), Figure.Image);

    /// <summary>Refuses, before any work is done, a caller who would not take the picture.</summary>
    /// <exception cref="BadHttpRequestException">The header Accept excludes it.</exception>
    public static void CheckAccepted(HttpRequest request, FigureFormat format)
    {
        var media = new MediaTypeHeaderValue(MediaOf(format));
        if (request.Headers.Accept.Count > 0 && MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)
            && !accepted.Any(range => range.Quality is not 0 && media.IsSubsetOf(new MediaTypeHeaderValue(range.MediaType))))
        {
            throw new BadHttpRequestException($"The picture is {media.MediaType}, as figure.format says; the header Accept excludes it.",
                StatusCodes.Status406NotAcceptable);
        }
    }

    private static string MediaOf(FigureFormat format) => format == FigureFormat.Svg ? Svg : Png;
}
