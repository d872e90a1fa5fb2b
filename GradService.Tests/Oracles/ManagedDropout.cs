using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;

namespace GradService.Tests.Oracles;

/// <summary>Dropout masks as PyTorch draws them after manual_seed, in managed code.</summary>
internal static class ManagedDropout
{
    /// <summary>By layer name, [N, D…] flat: 0 or 1/(1 − p) in float32. Layers that drop nothing or everything draw nothing.</summary>
    public static IReadOnlyDictionary<string, double[]> Masks(NetworkSpec network, int samples, long? seed)
    {
        var masks = new Dictionary<string, double[]>();
        if (seed is null)
        {
            return masks;
        }

        var generator = new MersenneTwister(seed.Value);
        foreach (var placed in PlacedLayer.All(network))
        {
            if (placed.Layer is Dropout { P: > 0 and var p })
            {
                var mask = new double[samples * PlacedLayer.Elements(placed.Input)];
                for (var i = 0; p < 1 && i < mask.Length; i++)
                {
                    mask[i] = generator.NextDouble() < 1 - p ? 1f / (float)(1 - p) : 0;
                }

                masks[placed.Name] = mask;
            }
        }

        return masks;
    }
}
