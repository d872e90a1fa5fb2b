using GradService.Domain.Runs;

namespace GradService.Domain.Findings.Rules;

/// <summary>Eval mode with the statistics that a new network has: the layer adapts to nothing.</summary>
internal static class RunningStatsUntrained
{
    public static FindingRule Rule { get; } = new("running-stats-untrained", Severity.Warning, EvidenceKinds.None, Examine);

    private static string? Examine(Evidence evidence)
    {
        var untrained = evidence.Layers.Where(layer => !layer.Site.Measures && layer.Before is { } before
            && before.BatchesTracked == 0 && before.Values.Mean.IsAll(0) && before.Values.Variance.IsAll(1)).DistinctBy(layer => layer.Site.Node).ToList();
        return untrained.Count == 0 ? null
            : $"BatchNorm layer {Words.Layers(untrained.Select(layer => layer.Site.Node.Path.Name))} "
                + $"{(untrained.Count == 1 ? "runs" : "run")} in mode eval with running mean 0, running variance 1 and no batch "
                + $"tracked, as a network that was never trained: {What(untrained)}. "
                + $"Give the statistics of a trained network in network.parameters (\"{untrained[0].Site.Node.Path.Name}.running_mean\", …), for example those "
                + "that a call in mode train returned.";
    }

    /// <summary>What such layers do, by their fields.</summary>
    private static string What(List<LayerTrace> untrained)
    {
        var groups = untrained.GroupBy(layer => (layer.Site.Layer.Affine, layer.Site.Layer.Eps)).ToList();
        return string.Join("; ", groups.Select(group => (groups.Count == 1
            ? untrained.Count == 1 ? "it " : "each "
            : $"layer {Words.Layers(group.Select(layer => layer.Site.Node.Path.Name))} ") + Does(group.Key.Affine, group.Key.Eps)));
    }

    private static string Does(bool affine, double eps) => (affine, eps) switch
    {
        (false, 0) => "passes its input through",
        (true, 0) => "gives weight·x + bias, whatever its input's mean and variance are",
        (false, _) => $"gives x/√(1 + eps) = {Words.Exact(1 / Math.Sqrt(1 + eps))}·x, whatever its input's mean and variance are",
        (true, _) => $"gives weight·x/√(1 + eps) + bias with 1/√(1 + eps) = {Words.Exact(1 / Math.Sqrt(1 + eps))}, whatever its input's mean and variance are",
    };
}
