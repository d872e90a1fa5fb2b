using GradService.Domain.Runs.Torch;

namespace GradService.Domain.Findings;

/// <summary>Why a derivative vanishes, and what to use instead, as findings write it.</summary>
internal static class FlatnessWords
{
    /// <summary>The reason and what to do about it, as sentences but for the first letter.</summary>
    public static string Of(Flatness? flatness) => $"{Cause(flatness)}.{Advice(flatness)}";

    /// <summary>The reason, as a clause. Null or unknown: none was found.</summary>
    public static string Cause(Flatness? flatness) => flatness?.Cause switch
    {
        FlatnessCause.Dead => $"all units of {Names(flatness)} are off at every sample, where their slope is 0",
        FlatnessCause.Saturated => $"all units of {Names(flatness)} are saturated at every sample, "
            + $"{(flatness.Slope > 0 ? $"their slope being {Words.Of(flatness.Slope)} at most" : "without any slope")}, so that the network is locally flat",
        FlatnessCause.ZeroWeights => $"the weights of {Names(flatness)} are all zero",
        FlatnessCause.PiecewiseLinear when flatness.Layers.Count > 0 =>
            $"the network is piecewise linear ({Names(flatness)}), so that its derivatives of second and higher order are zero wherever they exist",
        FlatnessCause.PiecewiseLinear => "no layer of the network is curved, so that it has no derivatives of second and higher order",
        FlatnessCause.Straight => $"{Names(flatness)} {(flatness.Layers.Count == 1 ? "meets" : "meet")} every sample in a straight part of "
            + $"{(flatness.Layers.Count == 1 ? "its function" : "their functions")}, which has no second derivative",
        _ => "what was asked for does not depend on the inputs, or their influences cancel; no single layer shows why",
    };

    private static string Advice(Flatness? flatness) => flatness?.Cause switch
    {
        FlatnessCause.Dead => " Use other parameters or an activation that has a slope on both sides, as leakyRelu, elu or silu.",
        FlatnessCause.Saturated => " Bring what enters that layer to the order of 1: scale the inputs, or use smaller weights.",
        FlatnessCause.PiecewiseLinear => " Use smooth activations such as tanh, silu or softplus.",
        FlatnessCause.Straight => " Scale the inputs, or use activations that are curved everywhere, such as tanh or silu.",
        _ => "",
    };

    private static string Names(Flatness flatness) =>
        $"{(flatness.Layers.Count == 1 ? "layer" : "layers")} {Words.Names(flatness.Layers.Select(node => $"{node.Path.Name} ({node.Layer.Type})"))}";
}
