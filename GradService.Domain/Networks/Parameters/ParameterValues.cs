using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Domain.Networks.Parameters;

/// <summary>
/// The numbers of a network, parameters and buffers: seeded values with the given ones laid over them. They are never written to after
/// construction, and may be those of the request itself, or in a file, which must then stay open.
/// </summary>
internal sealed class ParameterValues
{
    private readonly Dictionary<string, ArrayContent> _values;

    private ParameterValues(NetworkShape shape, Dictionary<string, ArrayContent> values)
    {
        Shape = shape;
        _values = values;
    }

    public NetworkShape Shape { get; }

    /// <summary>All of them by their state_dict names, in the order of the state_dict.</summary>
    public IReadOnlyDictionary<string, ArrayContent> All => _values;

    /// <param name="spec">The network.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="file">Numbers under those of the spec, by their state_dict names; null: none.</param>
    /// <exception cref="FaultException">A given parameter is unknown, misshapen or missing.</exception>
    public static ParameterValues Of(NetworkSpec spec, NetworkShape shape, IReadOnlyList<ArrayContent>? file = null)
    {
        var given = Given(spec, file);
        Check(given, spec, shape);
        return new ParameterValues(shape, Draw(given, spec, shape));
    }

    /// <summary>The same, none of them in a file any more.</summary>
    public ParameterValues InMemory() => new(Shape, _values.ToDictionary(pair => pair.Key, pair => ArrayContent.Of(pair.Key, pair.Value.ToArray())));

    /// <summary>A layer's parameter or buffer, null if it has none of that name.</summary>
    public NdArray? Find(LayerNode node, string parameter) => _values.GetValueOrDefault($"{node.Path.Name}.{parameter}")?.ToArray();

    private static Dictionary<string, ArrayContent>? Given(NetworkSpec spec, IReadOnlyList<ArrayContent>? file)
    {
        if (spec.Parameters is null && file is null)
        {
            return null;
        }

        var given = (file ?? []).ToDictionary(array => array.Name);
        foreach (var (name, array) in spec.Parameters ?? new Dictionary<string, NdArray>())
        {
            given[name] = ArrayContent.Of(name, array);
        }

        return given;
    }

    /// <exception cref="FaultException">Names every given parameter that is unknown or misshapen and every one that is missing.</exception>
    private static void Check(Dictionary<string, ArrayContent>? given, NetworkSpec spec, NetworkShape shape)
    {
        if (given is null)
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

    private static Dictionary<string, ArrayContent> Draw(Dictionary<string, ArrayContent>? given, NetworkSpec spec, NetworkShape shape)
    {
        using var numbers = SeededNumbers.For(spec.Seed ?? 0, shape.Parameters.Select(parameter => parameter.Spec.Initializer));
        var draws = spec.Seed is not null || given is null;
        var values = new Dictionary<string, ArrayContent>(shape.Parameters.Count);
        foreach (var (name, parameter) in shape.Parameters)
        {
            var dtype = parameter.Role == ParameterRole.Counter ? Dtype.Float64 : spec.Dtype;
            var own = given?.GetValueOrDefault(name);

            // Drawn even where it is given: what comes after must get the numbers that it gets in PyTorch.
            var drawn = draws || own is null ? new NdArray(parameter.Shape, parameter.Initializer.Draw(parameter.Shape.Elements, numbers)) : null;
            values[name] = (own ?? ArrayContent.Of(name, drawn!)).In(dtype);
        }

        return values;
    }

    private static IEnumerable<Fault> CheckValue(string path, ParameterSpec parameter, ArrayContent value, Dtype dtype)
    {
        if (!value.Shape.Equals(parameter.Shape))
        {
            yield return Fault.Invalid(path, parameter.Shape.Rank == 0 ? "a single number" : $"shape {parameter.Shape}", BatchShape.Got(value.Shape));
        }
        else if (parameter.Role == ParameterRole.Counter)
        {
            if (value.ToArray()[0] is var count && (count < 0 || count > 1L << 53 || count != Math.Floor(count)))
            {
                yield return Fault.Invalid(path, "a non-negative integer", $"{count}");
            }
        }
        else
        {
            BatchShape.CheckPrecision(value, path, dtype);
        }
    }

    private static string PathOf(string name) => $"network.parameters[{Fault.Quoted(name)}]";
}
