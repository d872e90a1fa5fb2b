using GradService.Api.Answers;
using GradService.Api.Requests;

namespace GradService.Api.Networks;

/// <summary>200 with all numbers of a stored network, in one of three forms.</summary>
/// <param name="id">The network.</param>
/// <param name="parameters">Its numbers, which are disposed of when they are written.</param>
/// <param name="media">The form.</param>
internal sealed class ParametersAnswer(string id, StoredParameters parameters, string media) : IResult
{
    public static readonly string[] Forms = [AnswerMedia.Json, AnswerMedia.Safetensors, AnswerMedia.Npz];

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using (parameters)
        {
            var (response, aborted) = (httpContext.Response, httpContext.RequestAborted);
            response.ContentType = media == AnswerMedia.Json ? AnswerMedia.Json + "; charset=utf-8" : media;
            response.Headers.ETag = $"\"{id}\"";
            response.Headers.Vary = "Accept";
            try
            {
                await WriteAsync(response, aborted);
            }
            catch (OperationCanceledException)
            {
                // The caller went away, as in Answer.
                httpContext.Abort();
            }
        }
    }

    private async Task WriteAsync(HttpResponse response, CancellationToken aborted)
    {
        if (media == AnswerMedia.Json)
        {
            await JsonAnswer.WriteAsync(parameters, response.BodyWriter, JsonServices.Options, ArrayEncoding.Json, aborted);
        }
        else if (media == AnswerMedia.Npz)
        {
            await using var archive = await NpzArchive.CreateAsync(response.BodyWriter, aborted);
            foreach (var (name, array) in parameters)
            {
                await archive.WriteAsync(name, array);
            }
        }
        else
        {
            response.ContentLength = parameters.File.Length;
            await parameters.File.CopyToAsync(response.Body, aborted);
        }
    }
}
