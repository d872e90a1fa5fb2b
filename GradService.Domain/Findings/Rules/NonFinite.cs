using GradService.Domain.Arrays;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Runs;

namespace GradService.Domain.Findings.Rules;

/// <summary>NaN or infinities in outputs, gradients or statistics, and where they come from.</summary>
internal static class NonFinite
{
    public static FindingRule Rule { get; } = new("non-finite", Severity.Error, EvidenceKinds.None, Examine);

    private static string? Examine(Evidence evidence) => evidence.NonFinite.Total == 0 ? null :
        $"{string.Join(", ", evidence.NonFinite.Parts.Select(part => $"{part.Count} of {part.Of} {part.Name}"))} and {evidence.NonFinite.Statistics} "
            + $"BatchNorm statistics are NaN or infinite. {(evidence.Origin is { } origin ? Sentence(origin, evidence.Dtype) : "")}".TrimEnd();

    private static string Sentence(NonFiniteOrigin origin, Dtype dtype) => string.Join(" ", new[]
    {
        origin.Parameters.Count > 0 ? Of(origin.Parameters) : "",
        origin.Layer is { } layer && !IsExplained(layer, origin.Parameters) ? Of(layer, origin.Place, dtype) : "",
        origin.Derivative is { } derivative ? Of(derivative, dtype) : "",
        origin.Operation is { } operation ? Of(operation, dtype) : "",
        origin.Slope is { } slope ? Of(slope, dtype) : "",
    }.Where(sentence => sentence.Length > 0));

    /// <summary>A layer makes nothing finite of numbers of its own that are not.</summary>
    private static bool IsExplained(NonFiniteLayer layer, IReadOnlyList<NonFiniteParameter> parameters) =>
        parameters.Any(parameter => parameter.Name.StartsWith($"{layer.Node.Path.Name}.", StringComparison.Ordinal));

    private static string Of(IReadOnlyList<NonFiniteParameter> parameters)
    {
        var names = Words.Layers(parameters.Select(parameter =>
            $"\"{parameter.Name}\" ({parameter.Count} of {Words.Count(parameter.Of, "number")}, the first is {Words.Of(parameter.First)})"));
        return $"The network has them in its own numbers: {names}. Give finite ones in network.parameters.";
    }

    private static string Of(NonFiniteLayer layer, string place, Dtype dtype)
    {
        if (layer.Channel is { } channel)
        {
            return Of(layer, channel, dtype);
        }

        var enters = $"It begins in layer {layer.Node.Path.Name} ({layer.Node.Layer.Type}), at {place}: all that enters is finite, up to "
            + $"{Words.Of(layer.Largest)} in size, and {Words.Of(layer.Leaving!.Value)} leaves. ";
        return enters + (DividesByNothing(layer, dtype)
            ? $"The {(layer.Node.Layer is RmsNorm ? "mean square" : "variance")} over which it normalises is 0 there, and so is its eps: "
                + "it divides by zero. Give it an eps above 0."
            : $"That is more than {Words.Of(dtype)} can hold (up to {Words.Of(Largest(dtype))}): scale inputs or weights down{Wider(dtype)}.");
    }

    /// <summary>A BatchNorm layer by whose statistics nothing can be normalised.</summary>
    private static string Of(NonFiniteLayer layer, NonFiniteChannel channel, Dtype dtype)
    {
        var (site, name) = (channel.Trace.Site, channel.Trace.Name);
        var eps = site.Layer.Eps;
        var begins = $"It begins in BatchNorm layer {name} (mode {site.Mode.Name}): channel {channel.Channel} ";
        var kind = site.Measures ? "variance" : "running variance";
        if (channel.Variance < 0)
        {
            return $"{begins}has a negative {kind}, {Words.Of(channel.Variance)}, and variance + eps = {Words.Exact(channel.Variance + eps)} has no square "
                + $"root. No variance is negative: give \"{site.Node.Path.Name}.running_var\" as training left it.";
        }

        if (channel.Variance + eps == 0)
        {
            return $"{begins}has a {kind} of 0, and the layer's eps is 0: it is divided by zero. Give the layer an eps above 0, or take out what "
                + "makes the channel constant.";
        }

        return site.Measures
            ? $"{begins}is finite, up to {Words.Of(layer.Largest)} in size, but its mean is {Words.Of(channel.Mean)} and its variance "
                + $"{Words.Of(channel.Variance)}: their sums leave {Words.Of(dtype)}, which holds numbers up to {Words.Of(Largest(dtype))}. "
                + $"Scale what enters the layer down{Wider(dtype)}."
            : $"{begins}has a running mean of {Words.Of(channel.Mean)} and a running variance of {Words.Of(channel.Variance)}. Give finite ones.";
    }

    /// <summary>A layer that normalises each sample by itself, without eps, and values so small that their squares are no reason to overflow.</summary>
    private static bool DividesByNothing(NonFiniteLayer layer, Dtype dtype) =>
        layer.Node.Layer is LayerNorm { Eps: 0 } or RmsNorm { Eps: 0 } or GroupNorm { Eps: 0 } or InstanceNorm { Eps: 0 }
            && layer.Largest * layer.Largest * layer.Node.Input.Elements < Largest(dtype);

    private static string Of(NonFiniteDerivative derivative, Dtype dtype) =>
        $"All values on the way forward are finite, but the derivative {derivative.Name} is {Words.Of(derivative.Value)} at {derivative.Place}: "
            + $"products of the layers' slopes leave {Words.Of(dtype)}. Scale inputs or weights down{Wider(dtype)}.";

    private static string Of(NonFiniteOperation operation, Dtype dtype)
    {
        var names = operation.Where.Select(name => $"{name.Name} = {Words.Of(name.Value)}");
        var where = operation.Where.Count == 0 ? "" : $", where {string.Join(" and ", names)}";
        var begins = $"It begins in term '{operation.Term}' at {operation.Place}{where}: ";
        var range = $"{Words.Of(dtype)} holds numbers up to {Words.Of(Largest(dtype))}";
        return begins + operation.Part switch
        {
            NonFinitePart.Value => $"{operation.Written} is {Words.Of(operation.Value)}. {Advice(operation, range)}",
            NonFinitePart.Derivative => $"{operation.Written} is {Words.Of(operation.Value)}, but has no finite derivative there, and the parameter "
                + $"gradient goes through it. {Advice(operation, range)}",
            _ => $"the gradient leaves the range on its way back through {operation.Written}; {range}. Scale the term.",
        };
    }

    private static string Advice(NonFiniteOperation operation, string range) => operation.Symbol switch
    {
        "sqrt" or "^" when operation.Part == NonFinitePart.Derivative =>
            "Keep its argument away from 0, for example by adding 1e-12 to it; for the length of a gradient there is gradientPenalty, whose slope there "
                + "is 0.",
        "sqrt" or "log" when operation.Arguments[0] < 0 => "Its argument must not be negative.",
        "log" when operation.Arguments[0] == 0 => "Its argument must be above 0.",
        "/" when operation.Arguments[1] == 0 => "Keep the denominator away from 0.",
        "^" when operation.Arguments[0] < 0 => "A negative number has powers of whole exponents alone.",
        "^" when operation.Arguments[0] == 0 => "Keep the base away from 0.",
        _ when operation.Part == NonFinitePart.Value => $"{char.ToUpperInvariant(range[0])}{range[1..]}: scale what enters the operation.",
        _ => "Rewrite the term so that it stays away from that point.",
    };

    private static string Of(NonFiniteSlope slope, Dtype dtype)
    {
        var where = (slope.Place is null ? "" : $", first at {slope.Place}")
            + (slope.Parameters.Count == 0 ? "" : $", of {Words.Names(slope.Parameters.Select(name => $"\"{name}\""))}");
        var layer = slope.Layer is null ? "" : $" It begins on the way back through layer {slope.Layer}.";
        return $"All values on the way forward are finite: only gradients are not{where}.{layer} Products of slopes leave {Words.Of(dtype)}, which holds "
            + $"numbers up to {Words.Of(Largest(dtype))}, or a layer has no slope there. Scale inputs or weights{Wider(dtype)}.";
    }

    private static double Largest(Dtype dtype) => dtype == Dtype.Float32 ? float.MaxValue : double.MaxValue;

    private static string Wider(Dtype dtype) => dtype == Dtype.Float32 ? ", or set network.dtype to float64" : "";
}
