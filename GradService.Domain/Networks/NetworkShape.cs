using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Faults;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Parameters;

namespace GradService.Domain.Networks;

/// <summary>Every layer's shape, parameters and size, found without a tensor: what a network costs before anything is allocated.</summary>
internal sealed class NetworkShape
{
    private NetworkShape(Shape input, IReadOnlyList<LayerNode> layers, Dtype dtype)
    {
        Input = input;
        Layers = layers;
        Dtype = dtype;
        All = [.. layers.SelectMany(layer => layer.Flattened)];
        Parameters = [.. All.SelectMany(node => node.Parameters.Select(parameter => (node.ParameterName(parameter), parameter)))];
    }

    /// <summary>Shape of one input sample.</summary>
    public Shape Input { get; }

    /// <summary>Shape of one output sample.</summary>
    public Shape Output => Layers[^1].Output;

    public Dtype Dtype { get; }

    /// <summary>The top-level layers.</summary>
    public IReadOnlyList<LayerNode> Layers { get; }

    /// <summary>All layers, those inside blocks too, in the order in which they are initialised and run.</summary>
    public IReadOnlyList<LayerNode> All { get; }

    /// <summary>All parameters and buffers by their state_dict names, in the order in which they are drawn.</summary>
    public IReadOnlyList<(string Name, ParameterSpec Spec)> Parameters { get; }

    public long ParameterElements => Parameters.Aggregate(0L, (sum, parameter) => sum.SaturatingPlus(parameter.Spec.Shape.Elements));

    /// <summary>Elements per sample that a differentiable forward pass keeps, its input included.</summary>
    public long KeptElements => All.Aggregate(Input.Elements, (sum, node) => sum.SaturatingPlus(node.KeptElements));

    /// <summary>The most elements per sample that it keeps for one layer.</summary>
    public long MostKeptElements => All.Max(node => node.KeptElements);

    /// <summary>Elements per sample that the neediest layer takes while it runs, beside what is kept.</summary>
    public long ScratchElements => All.Max(node => node.Layer.ScratchElements(node));

    /// <summary>Channels of all BatchNorm layers.</summary>
    public long BatchNormChannels => All.Where(node => node.Layer is BatchNorm).Sum(node => node.Input[0]);

    /// <summary>What passes and sweeps over it take.</summary>
    public NetworkWork Work => field ??= NetworkWork.Of(this, Dtype);

    /// <summary>The same of its copy in double precision.</summary>
    public NetworkWork WorkInFloat64 => field ??= Dtype == Dtype.Float64 ? Work : NetworkWork.Of(this, Dtype.Float64);

    /// <summary>The shape of a network whose parameters are within the limits.</summary>
    /// <exception cref="FaultException">A layer cannot take the shape that reaches it, or there are too many layers or parameters.</exception>
    public static NetworkShape InferWithin(NetworkSpec spec, Limits limits)
    {
        var shape = Infer(spec, limits);
        if (shape.ParameterElements > limits.MaxParameters)
        {
            throw new FaultException(Fault.TooLarge("network.layers", $"at most {limits.MaxParameters} parameters and buffers (limit MaxParameters)",
                shape.ParameterElements == long.MaxValue ? "far more" : $"{shape.ParameterElements}", "Use narrower layers."));
        }

        // What one array, and one span of bytes, can hold.
        if (shape.Parameters.FirstOrDefault(parameter => parameter.Spec.Shape.Elements > int.MaxValue / shape.Dtype.SizeInBytes()) is { Spec: not null } large)
        {
            throw new FaultException(Fault.TooLarge("network.layers", $"parameters of at most {int.MaxValue} bytes each",
                $"{large.Name} of shape {large.Spec.Shape}", "Use narrower layers."));
        }

        return shape;
    }

    /// <exception cref="FaultException">A layer cannot take the shape that reaches it, or there are too many layers.</exception>
    public static NetworkShape Infer(NetworkSpec spec, Limits limits)
    {
        if (spec.InputShape.FirstOrDefault(size => size < 1, 1) is < 1 and var wrong)
        {
            throw new FaultException(Fault.Invalid($"network.inputShape[{spec.InputShape.ToList().IndexOf(wrong)}]", "an integer of at least 1", $"{wrong}"));
        }

        var input = new Shape([.. spec.InputShape.Select(size => (long)size)]);
        var inference = new ShapeInference(limits);
        return new NetworkShape(input, inference.Chain(spec.Layers, input, parent: null, "layers"), spec.Dtype);
    }
}
