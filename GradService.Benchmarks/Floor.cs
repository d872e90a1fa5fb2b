using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace GradService.Benchmarks;

/// <summary>
/// An endpoint that parses a request's inputs and writes arrays of the sizes of an answer, and computes nothing: what HTTP and JSON cost on
/// this framework, whatever the engine does.
/// </summary>
public static class Floor
{
    public static void Run(string url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        var app = builder.Build();
        app.MapPost("/v1/gradients", (FloorRequest request) => new FloorAnswer(request.Inputs, request.Inputs));
        app.Run();
    }
}

/// <summary>Of a request, its inputs [N, D] alone.</summary>
public sealed record FloorRequest(float[][] Inputs);

/// <summary>As many numbers as the answer to kind sum has.</summary>
public sealed record FloorAnswer(float[][] Outputs, float[][] Gradients);
