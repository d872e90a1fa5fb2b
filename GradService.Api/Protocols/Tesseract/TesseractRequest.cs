using GradService.Api.Networks;
using GradService.Api.Wire.Reading;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Statistics;

namespace GradService.Api.Protocols.Tesseract;

/// <summary>
/// Requests of Tesseract about a network, of which "inputs" is the one differentiable input and "outputs" the one output, and the mode
/// a static input. All that is wrong is told at once.
/// </summary>
internal static class TesseractRequest
{
    public const string Input = "inputs";
    public const string Output = "outputs";
    public const string Mode = "mode";

    /// <param name="body">The text.</param>
    /// <param name="network">What it is about.</param>
    /// <param name="hold">Told how many bytes an array takes, before it is made; throws where that is too much.</param>
    /// <exception cref="TesseractException">Something is wrong.</exception>
    /// <exception cref="FaultException">It is no JSON.</exception>
    public static ForwardRequest Apply(ReadOnlyMemory<byte> body, NamedNetwork network, Action<long> hold) => Read(body, hold, value =>
        value.Fields([Input], []) is { } fields && Point(fields[Input], network) is { } point
            ? new ForwardRequest { Network = network.Network, Inputs = point.Inputs, BatchNorm = point.BatchNorm }
            : null);

    /// <inheritdoc cref="Apply"/>
    public static GradientRequest Jacobian(ReadOnlyMemory<byte> body, NamedNetwork network, Action<long> hold) => Read(body, hold, value =>
    {
        if (value.Fields([Input, "jac_inputs", "jac_outputs"], []) is not { } fields)
        {
            return null;
        }

        var (point, names) = (Point(fields[Input], network), IsSet(fields["jac_inputs"], Input) & IsSet(fields["jac_outputs"], Output));
        return point is not null && names ? Ask(network, point, new Jacobian()) : null;
    });

    /// <inheritdoc cref="Apply"/>
    public static GradientRequest JacobianVectorProduct(ReadOnlyMemory<byte> body, NamedNetwork network, Action<long> hold) => Read(body, hold, value =>
    {
        if (value.Fields([Input, "jvp_inputs", "jvp_outputs", "tangent_vector"], []) is not { } fields)
        {
            return null;
        }

        var (point, names) = (Point(fields[Input], network), IsSet(fields["jvp_inputs"], Input) & IsSet(fields["jvp_outputs"], Output));
        var tangent = Vector(fields["tangent_vector"], Input, point?.Inputs.Shape[0], network.Input);
        return point is not null && names && tangent is not null ? Ask(network, point, new Jvp { Tangent = tangent }) : null;
    });

    /// <inheritdoc cref="Apply"/>
    public static GradientRequest VectorJacobianProduct(ReadOnlyMemory<byte> body, NamedNetwork network, Action<long> hold) => Read(body, hold, value =>
    {
        if (value.Fields([Input, "vjp_inputs", "vjp_outputs", "cotangent_vector"], []) is not { } fields)
        {
            return null;
        }

        var (point, names) = (Point(fields[Input], network), IsSet(fields["vjp_inputs"], Input) & IsSet(fields["vjp_outputs"], Output));
        var cotangent = Vector(fields["cotangent_vector"], Output, point?.Inputs.Shape[0], network.Output);
        return point is not null && names && cotangent is not null
            ? Ask(network, point, new Vjp { Cotangent = cotangent.Reshape(new Shape(cotangent.Shape[0], network.Output.Elements)) })
            : null;
    });

    /// <summary>The shape of the outputs for inputs of a shape.</summary>
    /// <inheritdoc cref="Apply"/>
    public static Shape AbstractEvaluation(ReadOnlyMemory<byte> body, NamedNetwork network, Action<long> hold) => Read(body, hold, value =>
    {
        if (value.Fields([Input], []) is not { } fields || fields[Input].Fields([Input], [Mode]) is not { } inputs)
        {
            return null;
        }

        var (shape, mode) = (TesseractArray.ReadAbstract(inputs[Input], Batch(null, network.Input)), ModeOf(inputs.GetValueOrDefault(Mode)));
        return shape is not null && mode is not null ? network.Output.After(shape[0]) : null;
    });

    private static T Read<T>(ReadOnlyMemory<byte> body, Action<long> hold, Func<TesseractValue, T?> read)
        where T : class
    {
        var errors = new List<TesseractError>();
        if (JsonFields.OfBody(body) is not { } fields)
        {
            errors.Add(new TesseractError("missing", ["body"], "Field required: an object."));
            throw new TesseractException(errors);
        }

        return read(TesseractValue.Body(fields, errors, hold)) is { } request && errors.Count == 0 ? request : throw new TesseractException(errors);
    }

    private static GradientRequest Ask(NamedNetwork network, EvaluationPoint point, Question question) =>
        new() { Network = network.Network, Inputs = point.Inputs, BatchNorm = point.BatchNorm, Gradient = question };

    private static EvaluationPoint? Point(TesseractValue value, NamedNetwork network)
    {
        if (value.Fields([Input], [Mode]) is not { } fields)
        {
            return null;
        }

        var (inputs, mode) = (TesseractArray.Read(fields[Input], Batch(null, network.Input)), ModeOf(fields.GetValueOrDefault(Mode)));
        return inputs is not null && mode is not null ? new EvaluationPoint(inputs, new BatchNormSpec { Mode = mode }) : null;
    }

    private static BatchNormMode? ModeOf(TesseractValue? value) => value is null ? ServedModes.Default
        : value.Text is { } name && ServedModes.Find(name) is { } mode ? mode
        : (BatchNormMode?)value.Wrong("literal_error", $"Input should be one of {string.Join(", ", ServedModes.All)}, got {value}.");

    /// <summary>Whether a list is the set of this one name, which may be repeated.</summary>
    private static bool IsSet(TesseractValue value, string name)
    {
        if (value.Entries() is not { } entries)
        {
            return false;
        }

        if (entries.Count == 0)
        {
            value.Wrong("too_short", "Set should have at least 1 item after validation, not 0.");
        }

        foreach (var entry in entries.Where(entry => entry.Text != name))
        {
            entry.Wrong("literal_error", $"Input should be '{name}', got {entry}.");
        }

        return entries.Count > 0 && entries.All(entry => entry.Text == name);
    }

    /// <summary>The one array of an object from a name to an array of as many samples.</summary>
    private static NdArray? Vector(TesseractValue value, string name, long? samples, Shape sample)
    {
        if (value.Fields([], [name]) is not { } fields)
        {
            return null;
        }

        return fields.TryGetValue(name, out var array)
            ? TesseractArray.Read(array, Batch(samples, sample))
            : (NdArray?)value.Wrong("value_error", $"Expected a vector with the key '{name}'.");
    }

    private static List<long?> Batch(long? samples, Shape sample) => [samples, .. sample.Dimensions.ToArray()];

    /// <summary>Where a network is evaluated, and in which mode.</summary>
    private sealed record EvaluationPoint(NdArray Inputs, BatchNormSpec BatchNorm);
}
