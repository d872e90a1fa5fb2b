using GradService.Api.Serving.Bodies;
using System.Reflection;
using System.Text.Json.Serialization;
using GradService.Api.Wire.Writing;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using Microsoft.AspNetCore.Http.Metadata;

namespace GradService.Api.Protocols.UmBridge;

/// <summary>The models of the service.</summary>
/// <param name="ProtocolVersion">1.0.</param>
/// <param name="Models">The names of the stored networks.</param>
internal sealed record UmBridgeInfo(decimal ProtocolVersion, IReadOnlyList<string> Models);

/// <summary>What can be asked of a model.</summary>
/// <param name="Support">The operations.</param>
internal sealed record UmBridgeModelInfo(UmBridgeSupport Support);

/// <summary>Whether each operation can be asked; every network has all of them.</summary>
/// <param name="Evaluate">The outputs.</param>
/// <param name="Gradient">Sensitivities times the Jacobian.</param>
/// <param name="ApplyJacobian">The Jacobian times a vector.</param>
/// <param name="ApplyHessian">The Hessian of the sensitivities times the outputs, times a vector.</param>
internal sealed record UmBridgeSupport(
    [property: JsonPropertyName("Evaluate")] bool Evaluate,
    [property: JsonPropertyName("Gradient")] bool Gradient,
    [property: JsonPropertyName("ApplyJacobian")] bool ApplyJacobian,
    [property: JsonPropertyName("ApplyHessian")] bool ApplyHessian);

/// <summary>The lengths of a model's input vectors.</summary>
/// <param name="InputSizes">One length, N·D.</param>
internal sealed record UmBridgeInputSizes(IReadOnlyList<long> InputSizes);

/// <summary>The lengths of a model's output vectors.</summary>
/// <param name="OutputSizes">One length, N·M.</param>
internal sealed record UmBridgeOutputSizes(IReadOnlyList<long> OutputSizes);

/// <summary>The output vectors of a model, or one vector of derivatives.</summary>
/// <param name="Output">A list of one vector for Evaluate, else a vector.</param>
internal sealed record UmBridgeOutput(NdArray Output);

/// <summary>200 with numbers that every client reads.</summary>
/// <param name="Value">The result.</param>
internal sealed record UmBridgeAnswer(UmBridgeOutput Value) : IResult, IEndpointMetadataProvider
{
    /// <summary>Its clients read nothing but text.</summary>
    public static NumbersForm Numbers { get; } = NumbersForm.Text(
        "input", "Send fewer samples, or ask POST /v1/forward or /v1/gradients, which write the numbers' bytes for \"encoding\": \"base64\".");

    /// <summary>The outputs, as a list of one vector.</summary>
    /// <exception cref="FaultException">A number is none that JSON can hold.</exception>
    public static UmBridgeAnswer Vectors(NdArray outputs) => new(new UmBridgeOutput(Finite(outputs).Reshape(new Shape(1, outputs.Count))));

    /// <summary>Derivatives, as a vector.</summary>
    /// <exception cref="FaultException">A number is none that JSON can hold.</exception>
    public static UmBridgeAnswer Vector(NdArray derivatives) => new(new UmBridgeOutput(Finite(derivatives).Reshape(new Shape(derivatives.Count))));

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(UmBridgeOutput), [AnswerMedia.Json]));

    public Task ExecuteAsync(HttpContext httpContext) => AnswerBody.SendJsonAsync(httpContext, Value, AnswerMedia.Json + "; charset=utf-8", JsonAnswer.InLists);

    private static NdArray Finite(NdArray values) => values.FirstNonFinite() is >= 0 and var at
        ? throw new FaultException(Fault.Invalid("input", "inputs at which the answer is finite", $"{values[at]} at element {at} of it",
            "Clients of UM-Bridge read no such number; POST /v1/gradients answers it."))
        : values;
}
