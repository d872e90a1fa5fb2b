using GradService.Api.Gradients;
using GradService.Api.Requests;
using GradService.Domain;
using GradService.Domain.Networks;
using GradService.Domain.Objectives;

namespace GradService.Fuzz.Targets;

/// <summary>A whole body as each of the requests, on to where computing would begin. What is taken is JSON by System.Text.Json too, at its strictest.</summary>
internal static class RequestTarget
{
    private static readonly Limits Limits = new();

    public static void Run(byte[] input)
    {
        var taken = Takes<GradientRequest>(input, Prepare) | Takes<ForwardRequest>(input, Prepare) | Takes<ComparisonBody>(input, body => Prepare(body.ToRequest()))
            | Takes<ObjectiveRequest>(input, Prepare) | Takes<ObjectiveComparisonRequest>(input, Prepare);
        using var document = ParsedJson.Of(input.AsSpan().StartsWith("\uFEFF"u8) ? input.AsMemory(3) : input);
        MisreadException.ThrowIf(taken && document is null, "What is no JSON was taken.");
    }

    /// <summary>Whether the text is such a request, be it one that cannot be computed.</summary>
    private static bool Takes<T>(byte[] input, Action<T> prepare)
        where T : class
    {
        var read = false;
        try
        {
            var (request, _) = RequestReader.ReadRequest<T>(input, ArrayMembers.None);
            read = true;
            prepare(request);
        }
        catch (FaultException refused)
        {
            Faults.Check(refused);
        }

        return read;
    }

    private static void Prepare(ForwardRequest request) => PreparedRequest.Of(request, NetworkShape.InferWithin(request.Network, Limits));

    private static void Prepare(ObjectiveRequest request) => Objective.Resolve(request, NetworkShape.InferWithin(request.Network, Limits));
}
