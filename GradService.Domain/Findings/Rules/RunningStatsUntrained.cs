using GradService.Domain.Arrays;

namespace GradService.Domain.Findings.Rules;

/// <summary>Eval mode with the statistics that a new network has: the layer does nothing.</summary>
internal static class RunningStatsUntrained
{
    public static FindingRule Rule { get; } = new("running-stats-untrained", Severity.Warning, EvidenceKinds.None, Examine);

    private static string? Examine(Evidence evidence)
    {
        var untrained = evidence.Layers.Where(layer => !layer.Site.Measures && layer.Before is { } before
            && before.BatchesTracked == 0 && All(before.Values.Mean, 0) && All(before.Values.Variance, 1)).ToList();
        return untrained.Count == 0 ? null
            : $"BatchNorm layer {Words.Names(untrained.Select(layer => layer.Name))} runs in mode eval with running mean 0, running variance 1 and no batch "
                + "tracked, as a network that was never trained: it passes its input through. "
                + $"Give the statistics of a trained network in network.parameters (\"{untrained[0].Site.Node.Path.Name}.running_mean\", …), for example those "
                + "that a call in mode train returned.";
    }

    private static bool All(NdArray array, double value)
    {
        for (var i = 0; i < array.Count; i++)
        {
            if (array[i] != value)
            {
                return false;
            }
        }

        return true;
    }
}
