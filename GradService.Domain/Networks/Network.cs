using GradService.Domain.Networks.Parameters;
using static TorchSharp.torch;

namespace GradService.Domain.Networks;

/// <summary>
/// A network's shape with its numbers. It owns its tensors, none of which requires a gradient or is ever written to after
/// construction: any number of passes may use it at once.
/// </summary>
internal sealed class Network : IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors;

    private Network(NetworkShape shape, Dtype dtype, Dictionary<string, Tensor> tensors)
    {
        Shape = shape;
        Dtype = dtype;
        _tensors = tensors;
        foreach (var tensor in tensors.Values)
        {
            tensor.DetachFromDisposeScope();
        }
    }

    public NetworkShape Shape { get; }

    public Dtype Dtype { get; }

    /// <exception cref="FaultException">A given parameter is unknown, misshapen or missing.</exception>
    public static Network Create(NetworkSpec spec, NetworkShape shape)
    {
        using var scope = NewDisposeScope();
        ParameterOverrides.Check(spec, shape);
        return new Network(shape, spec.Dtype, ParameterOverrides.Apply(spec, shape));
    }

    /// <summary>A parameter or buffer of the given layer.</summary>
    public Tensor this[LayerNode node, string parameter] => _tensors[$"{node.Path.Name}.{parameter}"];

    public bool Has(LayerNode node, string parameter) => _tensors.ContainsKey($"{node.Path.Name}.{parameter}");

    /// <summary>The same network in double precision, as <c>net.double()</c> makes it.</summary>
    public Network ToFloat64()
    {
        using var scope = NewDisposeScope();
        return new Network(Shape, Dtype.Float64, _tensors.ToDictionary(pair => pair.Key, pair => pair.Value.to_type(ScalarType.Float64, copy: true)));
    }

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
