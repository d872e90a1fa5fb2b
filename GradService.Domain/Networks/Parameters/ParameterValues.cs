using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Domain.Networks.Parameters;

/// <summary>
/// The numbers of a network, parameters and buffers, in managed memory: seeded values with the given ones laid over them. They are
/// never written to after construction, and may be those of the request itself.
/// </summary>
internal sealed class ParameterValues
{
    private readonly Dictionary<string, NdArray> _values;

    private ParameterValues(NetworkShape shape, Dictionary<string, NdArray> values)
    {
        Shape = shape;
        _values = values;
    }

    public NetworkShape Shape { get; }

    /// <summary>All of them by their state_dict names, in the order of the state_dict.</summary>
    public IReadOnlyDictionary<string, NdArray> All => _values;

    /// <exception cref="FaultException">A given parameter is unknown, misshapen or missing.</exception>
    public static ParameterValues Of(NetworkSpec spec, NetworkShape shape)
    {
        Check(spec, shape);
        return new ParameterValues(shape, Draw(spec, shape));
    }

    /// <summary>A layer's parameter or buffer, null if it has none of that name.</summary>
    public NdArray? Find(LayerNode node, string parameter) => _values.GetValueOrDefault($"{node.Path.Name}.{parameter}");

    /// <exception cref="FaultException">Names every given parameter that is unknown or misshapen and every one that is missing.</exception>
    private static void Check(NetworkSpec spec, NetworkShape shape)
    {
        if (spec.Parameters is not { } given)
        {
            return;
        }

        var known = shape.Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Spec);
        var faults = given.SelectMany(pair => known.TryGetValue(pair.Key, out var parameter)
            ? CheckValue(PathOf(pair.Key), parameter, pair.Value, spec.Dtype)
            : [Fault.Invalid(PathOf(pair.Key), "the name of a parameter of this network, as in PyTorch's state_dict", Fault.Quoted(pair.Key),
                NearestName.Suggest(pair.Key, known.Keys))]);
        if (spec.Seed is null)
        {
            faults = faults.Concat(known
                .Where(parameter => parameter.Value.Role is ParameterRole.Learnable or ParameterRole.DrawnBuffer && !given.ContainsKey(parameter.Key))
                .Select(parameter => Fault.Invalid(PathOf(parameter.Key), $"values of shape {parameter.Value.Shape}", "nothing",
                    "Where parameters are given without a seed, every one that is drawn must be; with network.seed the missing ones are drawn.")));
        }

        if (faults.Take(100).ToList() is { Count: > 0 } found)
        {
            throw new FaultException(found);
        }
    }

    private static Dictionary<string, NdArray> Draw(NetworkSpec spec, NetworkShape shape)
    {
        using var numbers = SeededNumbers.For(spec.Seed ?? 0, shape.Parameters.Select(parameter => parameter.Spec.Initializer));
        var draws = spec.Seed is not null || spec.Parameters is null;
        var values = new Dictionary<string, NdArray>(shape.Parameters.Count);
        foreach (var (name, parameter) in shape.Parameters)
        {
            var dtype = parameter.Role == ParameterRole.Counter ? Dtype.Float64 : spec.Dtype;
            var given = spec.Parameters?.GetValueOrDefault(name);

            // Drawn even where it is given: what comes after must get the numbers that it gets in PyTorch.
            var drawn = draws || given is null ? new NdArray(parameter.Shape, parameter.Initializer.Draw(parameter.Shape.Elements, numbers)) : null;
            values[name] = (given ?? drawn!).In(dtype);
        }

        return values;
    }

    private static IEnumerable<Fault> CheckValue(string path, ParameterSpec parameter, NdArray value, Dtype dtype)
    {
        if (!value.Shape.Equals(parameter.Shape))
        {
            yield return Fault.Invalid(path, parameter.Shape.Rank == 0 ? "a single number" : $"shape {parameter.Shape}", BatchShape.Got(value.Shape));
        }
        else if (parameter.Role == ParameterRole.Counter && (value[0] < 0 || value[0] > 1L << 53 || value[0] != Math.Floor(value[0])))
        {
            yield return Fault.Invalid(path, "a non-negative integer", $"{value[0]}");
        }
        else if (parameter.Role != ParameterRole.Counter)
        {
            BatchShape.CheckPrecision(value, path, dtype);
        }
    }

    private static string PathOf(string name) => $"network.parameters[{Fault.Quoted(name)}]";
}
