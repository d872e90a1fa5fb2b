using System.Text.Json;
using GradService.Api.Networks;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Statistics;

namespace GradService.Api.Protocols.UmBridge;

/// <summary>
/// A request of UM-Bridge. The protocol has vectors only: a model's one input is the batch [N, D…], its one output [N, M…], both
/// row-major. What is wrong is told of the name first, then of the rest.
/// </summary>
internal sealed class UmBridgeRequest
{
    private readonly JsonFields _fields;
    private readonly UmBridgeConfig _config;

    private UmBridgeRequest(JsonFields fields, NamedNetwork network) =>
        (_fields, Network, _config) = (fields, network, UmBridgeConfig.Of(fields));

    public NamedNetwork Network { get; }

    /// <summary>N·D.</summary>
    public long InputSize => Network.Input.After(_config.BatchSize).Elements;

    /// <summary>N·M.</summary>
    public long OutputSize => Network.Output.After(_config.BatchSize).Elements;

    /// <exception cref="FaultException">It is no JSON, names no model, or its config is none.</exception>
    public static UmBridgeRequest Read(ReadOnlyMemory<byte> body, ServedNetworks served)
    {
        var fields = JsonFields.OfBody(body) ?? JsonFields.None;
        return new UmBridgeRequest(fields, fields["name"] is { } json && JsonFields.TextOf(json) is { } name
            ? served.Find(name)
            : throw new FaultException(Fault.NotFound("name", "the name of a model", JsonFields.Got(fields["name"]), "GET /Info lists them.")));
    }

    public ForwardRequest Evaluation() => new() { Network = Network.Network, Inputs = Inputs(), BatchNorm = BatchNorm };

    public GradientRequest Gradient()
    {
        var inputs = Inputs();
        CheckIndices("outWrt", "inWrt");
        return Ask(inputs, new Vjp { Cotangent = Sensitivities() });
    }

    public GradientRequest JacobianAction()
    {
        var inputs = Inputs();
        CheckIndices("outWrt", "inWrt");
        return Ask(inputs, new Jvp { Tangent = Direction() });
    }

    public GradientRequest HessianAction()
    {
        var inputs = Inputs();
        CheckIndices("outWrt", "inWrt1", "inWrt2");
        return Ask(inputs, new Hvp { Cotangent = Sensitivities(), Tangent = Direction() });
    }

    private BatchNormSpec BatchNorm => new() { Mode = _config.Mode };

    private GradientRequest Ask(NdArray inputs, Question question) =>
        new() { Network = Network.Network, Inputs = inputs, BatchNorm = BatchNorm, Gradient = question };

    private NdArray Sensitivities() =>
        Vector(FieldPath.Of("sens"), _fields["sens"], OutputSize, Network.Output).Reshape(new Shape(_config.BatchSize, Network.Output.Elements));

    private NdArray Direction() => Vector(FieldPath.Of("vec"), _fields["vec"], InputSize, Network.Input).Reshape(Network.Input.After(_config.BatchSize));

    /// <summary>The one vector of "input".</summary>
    private NdArray Inputs()
    {
        var json = _fields["input"];
        if (json is not { } list || list.Span[0] != '[')
        {
            throw new FaultException(Fault.Invalid("input", "a list of one vector", JsonFields.Got(json)));
        }

        var vectors = CountOf(list);
        return vectors == 1
            ? Vector(FieldPath.Of("input").At(0), list[1..^1], InputSize, Network.Input).Reshape(Network.Input.After(_config.BatchSize))
            : throw new FaultException(Fault.Invalid("input", "a list of one vector, the batch flattened", $"{vectors} entries", "Write [[…]]."));
    }

    /// <summary>A vector of just so many numbers. One of length one may be a bare number, as MATLAB writes it.</summary>
    private NdArray Vector(FieldPath path, ReadOnlyMemory<byte>? json, long length, Shape sample)
    {
        var vector = json is { } text ? Read(text, path) : throw Wrong(path, $"a vector of {length} numbers", "nothing");
        return vector.Shape.Rank != 1 ? throw Wrong(path, "a flat list of numbers", $"lists nested {vector.Shape.Rank} deep")
            : vector.Count != length ? throw Wrong(
                path, $"{length} numbers, as a batch of {_config.BatchSize} (config.batchSize) of shape {sample} has", $"{vector.Count}")
            : vector.FirstNonFinite() is >= 0 and var at ? throw Wrong(path.At(at), "a finite number", $"{vector[at]}")
            : vector;
    }

    private static NdArray Read(ReadOnlyMemory<byte> json, FieldPath path)
    {
        var text = json.Span.Trim(" \t\r\n"u8);
        var numbers = NumberBuffer.MostIn(text);
        if (text[0] == '[' && NestedArrayParser.TryParse(text, out _, numbers) is { } regular)
        {
            return regular;
        }

        // Told token by token, what is wrong has a place.
        Fault? fault = null;
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = RequestReader.MaxDepth });
        reader.Read();
        try
        {
            var array = NestedArrayReader.Read(
                ref reader, (below, expected, got, remedy) => fault ??= Fault.Invalid(path.Then(below).ToString(), expected, got, remedy), numbers);
            return array is null ? throw new FaultException(fault!) : array.Shape.Rank == 0 ? array.Reshape(new Shape(1)) : array;
        }
        catch (JsonException)
        {
            throw Wrong(path, "numbers", "a string that is not valid Unicode");
        }
    }

    private static FaultException Wrong(FieldPath path, string expected, string got) => new(Fault.Invalid(path.ToString(), expected, got));

    private void CheckIndices(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (_fields[name] is not { } json || JsonFields.IntegerOf(json) != 0)
            {
                throw new FaultException(
                    Fault.Invalid(name, $"0, as the model has one {(name == "outWrt" ? "output" : "input")} vector", JsonFields.Got(_fields[name])));
            }
        }
    }

    /// <summary>How many entries a list has.</summary>
    private static int CountOf(ReadOnlyMemory<byte> list)
    {
        var reader = new Utf8JsonReader(list.Span, new JsonReaderOptions { MaxDepth = RequestReader.MaxDepth });
        reader.Read();
        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            reader.Skip();
            count++;
        }

        return count;
    }
}
