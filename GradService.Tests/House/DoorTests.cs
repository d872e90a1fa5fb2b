using System.Reflection;
using GradService.Tests.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.House;

/// <summary>
/// There is one way in for the bodies of requests and one way out for those of answers, which bound, time and count them. The compiled
/// service is asked who else would touch them: every call in every method, those that the compiler made included.
/// </summary>
public sealed class DoorTests
{
    /// <summary>Who may, and the members that each of them has to.</summary>
    private static readonly Dictionary<string, string[]> Doors = new()
    {
        ["RequestBody"] = ["HttpRequest.get_BodyReader"],
        ["AnswerBody"] = ["HttpResponse.get_BodyWriter"],

        // They count what passes, for the metrics.
        ["RequestObservation"] = ["HttpRequest.get_BodyReader"],
        ["CountedResponseBody"] = ["IHttpResponseBodyFeature.SendFileAsync", "IHttpResponseBodyFeature.get_Writer"],

        // Files that are built in: they are there once, whoever asks for them.
        ["PageFile"] = ["TypedResults.File"],
    };

    private static readonly Dictionary<Type, string[]> Guarded = new()
    {
        [typeof(HttpRequest)] = ["get_Body", "set_Body", "get_BodyReader", "get_Form", "ReadFormAsync"],
        [typeof(HttpResponse)] = ["get_Body", "set_Body", "get_BodyWriter"],
        [typeof(IHttpResponseBodyFeature)] = ["get_Stream", "get_Writer", "SendFileAsync"],
        [typeof(IRequestBodyPipeFeature)] = ["get_Reader"],
        [typeof(TypedResults)] = [.. Raw],
        [typeof(Results)] = [.. Raw],
    };

    /// <summary>What reads or writes a body whatever its member.</summary>
    private static readonly Type[] WhollyGuarded =
        [typeof(HttpRequestJsonExtensions), typeof(HttpResponseJsonExtensions), typeof(HttpResponseWritingExtensions), typeof(SendFileResponseExtensions),
            typeof(RequestFormReaderExtensions), typeof(FormReader), typeof(FormPipeReader), typeof(IFormFile)];

    private static IEnumerable<string> Raw => ["Bytes", "Stream", "File", "PhysicalFile", "VirtualFile", "Text", "Content", "ServerSentEvents"];

    [Fact]
    public void Only_the_doors_touch_the_bytes_of_requests_and_answers()
    {
        var touched = typeof(Program).Assembly.GetTypes().Where(type => !IsGenerated(type)).SelectMany(Touched)
            .GroupBy(touch => touch.Type, touch => touch.Member).ToDictionary(group => group.Key, group => group.Distinct().Order().ToArray());
        Assert.Equal(Doors.Select(Words).Order(), touched.Select(Words).Order());
    }

    /// <summary>Who writes a handler with a parameter of a body leaves the reading to ASP.NET, which counts nothing.</summary>
    [Fact]
    public async Task No_endpoint_has_its_body_read_for_it()
    {
        await using var application = new GradApplication();
        var services = application.Services.GetRequiredService<IServiceProviderIsService>();
        var parameters = application.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .SelectMany(endpoint => endpoint.Metadata.GetOrderedMetadata<IParameterBindingMetadata>().Select(parameter => (endpoint, parameter))).ToList();
        Assert.NotEmpty(parameters);
        Assert.DoesNotContain(parameters,
            each => !IsSimple(each.parameter.ParameterInfo.ParameterType) && !services.IsService(each.parameter.ParameterInfo.ParameterType));
    }

    private static bool IsSimple(Type type) =>
        type == typeof(string) || type == typeof(HttpContext) || type == typeof(HttpRequest) || type == typeof(HttpResponse)
            || type == typeof(CancellationToken);

    private static string Words(KeyValuePair<string, string[]> door) => $"{door.Key}: {string.Join(", ", door.Value)}";

    private static IEnumerable<(string Type, string Member)> Touched(Type type) => CompiledMethod.Of(type)
        .SelectMany(CompiledMethod.Named)
        .OfType<MethodBase>()
        .Where(called => called.DeclaringType is { } owner
            && (WhollyGuarded.Contains(owner) || (Guarded.TryGetValue(owner, out var members) && members.Contains(called.Name))))
        .Select(called => (CompiledMethod.Outermost(type).Name, $"{called.DeclaringType!.Name}.{called.Name}"));

    /// <summary>What ASP.NET generates for handlers could read a body for any of them; that none has it do so is asked of the endpoints.</summary>
    private static bool IsGenerated(Type type) => CompiledMethod.Outermost(type).Name.StartsWith("<GeneratedRouteBuilderExtensions", StringComparison.Ordinal);
}
