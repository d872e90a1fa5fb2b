using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Domain.Networks.Layers;

/// <summary>An axis of a sample as layers name it in their field dim: counted from 0, or negative from the end.</summary>
internal static class SampleAxis
{
    /// <summary>The axis counted from 0.</summary>
    public static int Of(int dim, Shape sample) => dim < 0 ? dim + sample.Rank : dim;

    /// <summary>The same axis of a batch of samples, whose first axis is the sample.</summary>
    public static int InBatch(int dim) => dim < 0 ? dim : dim + 1;

    /// <exception cref="FaultException">The sample that reaches the layer has no such axis.</exception>
    public static void Check(Layer layer, int dim, LayerPath path, Shape sample)
    {
        if (dim < -sample.Rank || dim >= sample.Rank)
        {
            throw new FaultException(Fault.Invalid($"network.{path.Field}.dim",
                $"an axis of the samples {sample} that reach layer {path.Name} ({layer.Type}), {-sample.Rank} to {sample.Rank - 1}", $"{dim}"));
        }
    }
}
