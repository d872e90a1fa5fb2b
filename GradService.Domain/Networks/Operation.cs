using System.Globalization;
using GradService.Domain.Budget;
using GradService.Domain.Faults;

namespace GradService.Domain.Networks;

/// <summary>One call of libtorch, which nothing can stop.</summary>
/// <param name="Nanoseconds">How long it takes one usual core, as estimated.</param>
/// <param name="Layer">The layer that takes most of it; null where that is none.</param>
/// <param name="What">What it does, in a few words.</param>
internal readonly record struct Operation(double Nanoseconds, LayerNode? Layer, string What)
{
    /// <exception cref="FaultException">It would take longer than a call may that cannot be stopped.</exception>
    public void Check(Limits limits, string path, string cheaper)
    {
        if (Nanoseconds > limits.MaxOperationSeconds * 1e9)
        {
            var what = Layer is null ? What : $"{What} of layer {Layer.Path.Name} ({Layer.Layer.Type})";
            throw new FaultException(Fault.TooLarge(Layer is null ? path : $"network.{Layer.Path.Field}",
                $"at most {limits.MaxOperationSeconds} seconds of one core, as estimated, for an operation that cannot be stopped (limit MaxOperationSeconds)",
                string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(Nanoseconds / 1e9):0} for {what}"), cheaper));
        }
    }
}
