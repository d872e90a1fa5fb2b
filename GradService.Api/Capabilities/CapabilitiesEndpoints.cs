using System.Text.Json;
using GradService.Api.Documents;
using GradService.Api.Serving.Admission;
using GradService.Api.Wire.Reading;
using GradService.Api.Wire.Values;
using GradService.Api.Wire.Writing;
using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Native;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Statistics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace GradService.Api.Capabilities;

/// <summary>What the service knows, derived from the tables that it works by.</summary>
internal static class CapabilitiesEndpoints
{
    public static RouteGroupBuilder MapCapabilities(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/capabilities").WithTag("Capabilities", "What the service knows, and how much it allows.");
        group.MapGet("", Get)
            .WithName("Capabilities")
            .WithSummary("Layers with their fields, BatchNorm modes, kinds of gradient, meanings of a loss, limits and versions.")
            .WithDescription("Derived from the tables that the service works by: what is listed here is what a request may say. The limits are those in force.")
            .WithAnswer("What the service knows.");
        return group;
    }

    private static Ok<CapabilitiesReport> Get(IOptions<Limits> limits, IOptions<ComputeOptions> compute) => TypedResults.Ok(new CapabilitiesReport
    {
        Layers = [.. LayerTable.All.Select(layer => new MemberReport(layer.Key, FieldsOf(layer.Value)))],
        Kinds = [.. QuestionTable.All.Select(kind => new MemberReport(kind.Key, FieldsOf(kind.Value)))],
        Modes = [.. BatchNormMode.All.Select(mode => new ModeReport(mode.Name, mode.Description))],
        Objectives = ObjectivesReport.Of(),
        Dtypes = [.. FieldTypes.Named<Dtype>().Names.Keys],
        Encodings = [.. FieldTypes.Named<ArrayEncoding>().Names.Keys],
        MediaTypes = [AnswerMedia.Json, AnswerMedia.Npz],
        Limits = RecordFields.Of(typeof(Limits)).Values.Select(field => (field.Name, Value: field.Property.GetValue(limits.Value)))
            .Concat(RecordFields.Of(typeof(ComputeOptions)).Values.Select(field => (field.Name, Value: field.Property.GetValue(compute.Value))))
            .ToDictionary(limit => limit.Name, limit => Convert.ToDouble(limit.Value, System.Globalization.CultureInfo.InvariantCulture)),
        Versions = new VersionsReport(
            typeof(GradientService).Assembly.GetName().Version!.ToString(3),
            LibTorch.TorchSharpVersion,
            LibTorch.Version,
            System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription),
    });

    private static IReadOnlyList<FieldReport> FieldsOf(Type record) => [.. RecordFields.Of(record).Values.Select(field => new FieldReport
    {
        Name = field.Name,
        Type = TypeName(field.Type),
        Required = field.Required,
        Default = field.Default is Enum named ? JsonNamingPolicy.CamelCase.ConvertName(named.ToString()) : field.Default,
        Minimum = field.Range is { } range && RecordField.Binds(range.Minimum) ? range.Minimum : null,
        Maximum = field.Range is { } upper && RecordField.Binds(upper.Maximum) ? upper.Maximum : null,
        Values = (FieldTypes.Of(field.Type) as NamedType)?.Askable.Keys.ToList(),
    })];

    private static string TypeName(Type type) => FieldTypes.Of(type)?.Name ?? (type.IsGenericType ? Plural(type.GetGenericArguments()[^1])
        : type == typeof(NdArray) ? "array"
        : JsonNamingPolicy.CamelCase.ConvertName(type.Name));

    private static string Plural(Type element) => element.IsGenericType ? $"lists of {TypeName(element)}" : $"{TypeName(element)}s";
}

/// <summary>What the service knows.</summary>
internal sealed record CapabilitiesReport
{
    /// <summary>Layers: the values of "type".</summary>
    public required IReadOnlyList<MemberReport> Layers { get; init; }

    /// <summary>Kinds of gradient: the values of "kind".</summary>
    public required IReadOnlyList<MemberReport> Kinds { get; init; }

    /// <summary>BatchNorm modes: the values of "mode".</summary>
    public required IReadOnlyList<ModeReport> Modes { get; init; }

    /// <summary>What a loss may be made of, and what BatchNorm may mean in it.</summary>
    public required ObjectivesReport Objectives { get; init; }

    /// <summary>Precisions: the values of "dtype".</summary>
    public required IReadOnlyList<string> Dtypes { get; init; }

    /// <summary>How arrays may be written in JSON: the values of "encoding".</summary>
    public required IReadOnlyList<string> Encodings { get; init; }

    /// <summary>What bodies of requests and answers may be.</summary>
    public required IReadOnlyList<string> MediaTypes { get; init; }

    /// <summary>Limits in force, by name; the unit is in the name.</summary>
    public required IReadOnlyDictionary<string, double> Limits { get; init; }

    /// <summary>What computes.</summary>
    public required VersionsReport Versions { get; init; }
}

/// <summary>A layer or a kind of gradient.</summary>
/// <param name="Name">Its name in a request.</param>
/// <param name="Fields">Its fields.</param>
internal sealed record MemberReport(string Name, IReadOnlyList<FieldReport> Fields);

/// <summary>A field of a layer or kind.</summary>
internal sealed record FieldReport
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>boolean, integer, number, integers, array, layers, name, or what else it says.</summary>
    public required string Type { get; init; }

    /// <summary>Whether it must be there.</summary>
    public required bool Required { get; init; }

    /// <summary>Its value where it is absent.</summary>
    public object? Default { get; init; }

    /// <summary>The least value.</summary>
    public object? Minimum { get; init; }

    /// <summary>The greatest value.</summary>
    public object? Maximum { get; init; }

    /// <summary>The possible names.</summary>
    public IReadOnlyList<string>? Values { get; init; }
}

/// <summary>A BatchNorm mode.</summary>
/// <param name="Name">Its name in a request.</param>
/// <param name="Description">What it does.</param>
internal sealed record ModeReport(string Name, string Description);

/// <summary>Versions of what computes.</summary>
/// <param name="Service">This service.</param>
/// <param name="TorchSharp">TorchSharp.</param>
/// <param name="LibTorch">libtorch; absent where it could not be loaded.</param>
/// <param name="Runtime">.NET.</param>
internal sealed record VersionsReport(string Service, string TorchSharp, string? LibTorch, string Runtime);
