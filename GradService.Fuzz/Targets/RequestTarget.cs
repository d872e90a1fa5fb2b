using System.Text;
using GradService.Api.Gradients;
using GradService.Api.Networks;
using GradService.Api.Wire.Reading;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;
using GradService.Domain.Networks;
using GradService.Domain.Objectives;

namespace GradService.Fuzz.Targets;

/// <summary>A whole body as each of the requests, on to where computing would begin. What is taken is JSON by System.Text.Json too, at its strictest.</summary>
internal static class RequestTarget
{
    private static readonly Limits Limits = new();

    public static void Run(byte[] input)
    {
        var taken = Takes(input, Read<GradientRequest>, Prepare) | Takes(input, Read<ForwardRequest>, Prepare)
            | Takes(input, text => Read<ComparisonBody>(text).ToRequest(), Prepare)
            | Takes(input, Read<ObjectiveRequest>, Prepare) | Takes(input, Read<ObjectiveComparisonRequest>, Prepare)
            | Takes(input, Read<NetworkBody>, body => ShapeOf(body.Network));
        using var document = ParsedJson.Of(input.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? input.AsMemory(Encoding.UTF8.Preamble.Length) : input);
        MisreadException.ThrowIf(taken && document is null, "What is no JSON was taken.");
    }

    private static T Read<T>(byte[] input)
        where T : class => RequestReader.ReadRequest<T>(input, ArrayMembers.None).Request;

    /// <summary>Whether the text is such a request, be it one that cannot be computed.</summary>
    private static bool Takes<T>(byte[] input, Func<byte[], T> read, Action<T> prepare)
    {
        var taken = false;
        try
        {
            var request = read(input);
            taken = true;
            prepare(request);
        }
        catch (FaultException refused)
        {
            Faults.Check(refused);
        }

        return taken;
    }

    private static void Prepare(ForwardRequest request) => GradientService.Plan(request, ShapeOf(request.Network));

    private static void Prepare(ObjectiveRequest request) => Objective.Resolve(request, ShapeOf(request.Network));

    private static NetworkShape ShapeOf(NetworkSource source)
    {
        using var networks = new NetworkCache(Limits, new EngineOptions());
        using var lease = new NetworkCatalog(networks, Limits).Open(source);
        return lease.Shape;
    }
}
