using GradService.Domain.Catalog;
using GradService.Domain.Networks;
using GradService.Domain.Runs;

namespace GradService.Domain.Findings.Rules;

/// <summary>A running mean without its variance, or the other way round: the one that is missing is a new network's.</summary>
internal static class PartialStatistics
{
    public static FindingRule Rule { get; } = new("partial-statistics", Severity.Warning, EvidenceKinds.None, Examine);

    private static string? Examine(Evidence evidence)
    {
        var layers = evidence.Layers.Where(layer => layer.Before is { } before && layer.Site.UsesRunning(before.BatchesTracked))
            .DistinctBy(layer => layer.Site.Node)
            .Select(layer => (Layer: layer, Missing: Missing(layer, evidence.Network)))
            .Where(found => found.Missing is not null).ToList();
        return layers.Count == 0 ? null
            : $"{string.Join("; ", layers.Take(20).Select(found => Sentence(found.Layer, found.Missing!.Value)))}. Both are of one training: give both, "
                + $"for example \"{Name(layers[0].Layer)}.running_mean\" and \"{Name(layers[0].Layer)}.running_var\" of one state_dict, or of one "
                + "call in mode train.";
    }

    /// <summary>
    /// Which of the two is missing; null where both or none are there. A request's own numbers are told by their names; of a stored network all
    /// numbers are there, and a new network's beside others are taken for missing.
    /// </summary>
    private static Half? Missing(LayerTrace layer, NetworkSource network)
    {
        var (given, stored) = network switch
        {
            NetworkSpec spec => (spec.Parameters, false),
            NetworkReference reference => (reference.Parameters, true),
            _ => (null, false),
        };
        var mean = given?.ContainsKey($"{Name(layer)}.running_mean") == true;
        var variance = given?.ContainsKey($"{Name(layer)}.running_var") == true;
        if (mean && variance)
        {
            return null;
        }

        if (!stored)
        {
            return mean ? Half.Variance : variance ? Half.Mean : null;
        }

        var values = layer.Before!.Values;
        return (values.Mean.IsAll(0), values.Variance.IsAll(1)) switch
        {
            (false, true) when !variance => Half.Variance,
            (true, false) when !mean => Half.Mean,
            _ => null,
        };
    }

    private static string Sentence(LayerTrace layer, Half missing)
    {
        var values = layer.Before!.Values;
        return missing == Half.Variance
            ? $"BatchNorm layer {Name(layer)} has a running mean{Up(values.Mean.MaxAbsolute())} but no running variance of its own: 1, a new network's, "
                + "is taken in every channel"
            : $"BatchNorm layer {Name(layer)} has a running variance{Up(values.Variance.MaxAbsolute())} but no running mean of its own: 0, a new network's, "
                + "is taken in every channel";
    }

    private static string Up(double largest) => $" (up to {Words.Of(largest)} in size)";

    private static string Name(LayerTrace layer) => layer.Site.Node.Path.Name;

    private enum Half
    {
        Mean,
        Variance,
    }
}
