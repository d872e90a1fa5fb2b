using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Parameters;
using static TorchSharp.torch;

namespace GradService.Domain.Networks;

/// <summary>
/// A network's shape with its numbers. It owns its tensors, which are never written to after construction; none of them requires a
/// gradient unless it was made to be trained: any number of passes may use it at once.
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

    /// <summary>The numbers as tensors; those of a file are read now, and are nowhere else.</summary>
    public static Network Of(ParameterValues values)
    {
        using var scope = NewDisposeScope();
        return new Network(values.Shape, values.Shape.Dtype, values.All.ToDictionary(pair => pair.Key, pair => pair.Value.ToTensor()));
    }

    /// <summary>A parameter or buffer of the given layer.</summary>
    public Tensor this[LayerNode node, string parameter] => _tensors[$"{node.Path.Name}.{parameter}"];

    /// <summary>A parameter or buffer by its state_dict name.</summary>
    public Tensor this[string name] => _tensors[name];

    /// <summary>The names of what is trained, in the order of the state_dict.</summary>
    public IEnumerable<string> Learnable =>
        Shape.Parameters.Where(parameter => parameter.Spec.Role == ParameterRole.Learnable).Select(parameter => parameter.Name);

    public bool Has(LayerNode node, string parameter) => _tensors.ContainsKey($"{node.Path.Name}.{parameter}");

    /// <summary>The same network in double precision, as <c>net.double()</c> makes it.</summary>
    public Network ToFloat64()
    {
        using var scope = NewDisposeScope();
        return new Network(Shape, Dtype.Float64, _tensors.ToDictionary(pair => pair.Key, pair => pair.Value.to_type(ScalarType.Float64, copy: true)));
    }

    /// <summary>
    /// The same numbers in the same memory, the learnable ones as leaves of its own: a gradient field belongs to its tensor, so that
    /// nothing shared is ever differentiated. The original must outlive it.
    /// </summary>
    public Network ToTrain()
    {
        using var scope = NewDisposeScope();
        var learnable = Learnable.ToHashSet();
        return new Network(Shape, Dtype,
            _tensors.ToDictionary(pair => pair.Key, pair => learnable.Contains(pair.Key) ? pair.Value.detach().requires_grad_() : pair.Value.detach()));
    }

    /// <summary>The same network but for one parameter.</summary>
    public Network With(string parameter, Tensor value)
    {
        using var scope = NewDisposeScope();
        return new Network(Shape, Dtype, _tensors.ToDictionary(pair => pair.Key, pair => pair.Key == parameter ? value.alias() : pair.Value.alias()));
    }

    /// <summary>The same network with all that is learnable moved a little, by steps without a pattern.</summary>
    /// <param name="step">How far at most.</param>
    public Network Moved(double step)
    {
        using var scope = NewDisposeScope();
        var learnable = Learnable.ToHashSet();
        var number = 0L;
        var tensors = _tensors.ToDictionary(pair => pair.Key, pair => learnable.Contains(pair.Key) ? pair.Value.Plus(Steps(pair.Value)) : pair.Value.alias());
        return new Network(Shape, Dtype, tensors);

        Tensor Steps(Tensor parameter)
        {
            var steps = new double[parameter.numel()];
            for (var i = 0; i < steps.Length; i++)
            {
                var k = (double)++number;
                steps[i] = step * Math.Sin(k * k);
            }

            return new NdArray(new Shape(parameter.shape), steps).ToTensor(Dtype);
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
