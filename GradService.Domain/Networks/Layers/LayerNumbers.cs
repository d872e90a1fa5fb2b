using System.Collections.Concurrent;
using System.Reflection;
using GradService.Domain.Faults;

namespace GradService.Domain.Networks.Layers;

/// <summary>The plain numbers of layers, whatever the layer: libtorch refuses to convert what single precision cannot hold.</summary>
internal static class LayerNumbers
{
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> Known = new();

    /// <exception cref="FaultException">A number is beyond float32, in which first values are drawn whatever the network's dtype.</exception>
    public static void Check(Layer layer, LayerPath path)
    {
        var numbers = Known.GetOrAdd(layer.GetType(), static type =>
            [.. type.GetProperties().Where(property => (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) == typeof(double))]);
        foreach (var property in numbers)
        {
            if (property.GetValue(layer) is double number && !float.IsFinite((float)number))
            {
                throw new FaultException(Fault.Invalid($"network.{path.Field}.{char.ToLowerInvariant(property.Name[0])}{property.Name[1..]}",
                    "a number within float32's range", $"{number}"));
            }
        }
    }
}
