using System.IO.Pipelines;
using GradService.Api.Serving.Bodies;
using GradService.Api.Storage;
using GradService.Api.Wire.Writing;

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
            // One array is there at a time, and the one before it until it is collected.
            httpContext.HeldBytes().Add(media == AnswerMedia.Safetensors ? 0 : 2 * parameters.LargestArrayBytes);

            var response = httpContext.Response;
            response.Headers.ETag = $"\"{id}\"";
            response.Headers.Vary = "Accept";
            if (media == AnswerMedia.Safetensors)
            {
                response.ContentLength = parameters.File.Length;
            }

            await AnswerBody.SendAsync(httpContext, media == AnswerMedia.Json ? AnswerMedia.Json + "; charset=utf-8" : media, WriteAsync);
        }
    }

    private async Task WriteAsync(PipeWriter output, CancellationToken aborted)
    {
        if (media == AnswerMedia.Json)
        {
            await JsonAnswer.WriteAsync(parameters, output, JsonServices.Options, ArrayEncoding.Json, aborted);
        }
        else if (media == AnswerMedia.Npz)
        {
            await using var archive = await NpzArchive.CreateAsync(output, aborted);
            foreach (var (name, array) in parameters)
            {
                await archive.WriteAsync(name, array);
            }
        }
        else
        {
            await parameters.File.CopyToAsync(output, aborted);
        }
    }
}
