using System.Globalization;
using GradService.Domain.Budget;
using GradService.Domain.Faults;
using GradService.Domain.Networks.Layers;

namespace GradService.Domain.Networks;

/// <summary>How long something takes, in nanoseconds of one usual core, and the longest call in it that cannot be stopped.</summary>
/// <param name="Nanoseconds">All of it.</param>
/// <param name="Longest">The longest call.</param>
internal readonly record struct WorkEstimate(double Nanoseconds, Operation Longest)
{
    // An element of a dropout mask: a random number in double precision, compared, cast and scaled.
    private const double EachDrawn = 6;

    /// <summary>In whole nanoseconds.</summary>
    public long Work => Nanoseconds >= long.MaxValue ? long.MaxValue : (long)Nanoseconds;

    public static WorkEstimate operator +(WorkEstimate a, WorkEstimate b) =>
        new(a.Nanoseconds + b.Nanoseconds, a.Longest.Nanoseconds >= b.Longest.Nanoseconds ? a.Longest : b.Longest);

    public static WorkEstimate operator *(double times, WorkEstimate work) => work with { Nanoseconds = times * work.Nanoseconds };

    /// <summary>What can be stopped while it runs.</summary>
    public static WorkEstimate Stoppable(double nanoseconds) => new(nanoseconds, default);

    /// <summary>A call that belongs to no layer.</summary>
    public static WorkEstimate Call(double nanoseconds, string what) => new(nanoseconds, new Operation(nanoseconds, null, what));

    /// <summary>A forward pass, layer by layer.</summary>
    /// <param name="network">The network.</param>
    /// <param name="samples">The samples.</param>
    /// <param name="differentiable">Whether a graph is kept; without, layers take the batch in pieces.</param>
    public static WorkEstimate Pass(NetworkWork network, double samples, bool differentiable)
    {
        var (node, layer) = network.LongestForward;
        return new WorkEstimate(network.Forward(samples), new Operation(NetworkWork.Forward(layer, differentiable ? samples : 1), node,
            differentiable ? "the forward pass" : "the forward pass of a single sample"));
    }

    /// <summary>The dropout masks of a pass.</summary>
    public static WorkEstimate Masks(NetworkShape shape, double samples) => shape.All.Where(node => node.Layer is Dropout { P: > 0 and < 1 })
        .Select(node => (Node: node, Nanoseconds: samples * node.Input.Elements * EachDrawn))
        .Aggregate(default(WorkEstimate),
            (sum, mask) => sum + new WorkEstimate(mask.Nanoseconds, new Operation(mask.Nanoseconds, mask.Node, "drawing the mask")));

    /// <summary>So many backward sweeps over the whole network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="times">How many sweeps.</param>
    /// <param name="samples">The samples of the pass.</param>
    /// <param name="order">1 over the graph of the pass; one more for each gradient that is differentiated.</param>
    /// <param name="parameters">Whether they go to the parameters too.</param>
    /// <param name="beside">Nanoseconds of what else hangs on the graph.</param>
    public static WorkEstimate Sweeps(NetworkWork network, double times, double samples, int order = 1, bool parameters = false, double beside = 0)
    {
        var sweep = network.Backward(samples, order, parameters) + beside;
        return new WorkEstimate(times * sweep, new Operation(sweep, network.LongestBackward.Node, "one backward sweep over the network, most of it that"));
    }
}

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
