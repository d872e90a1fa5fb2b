using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;

namespace GradService.Domain.Statistics;

/// <summary>A BatchNorm layer with what it does in this request.</summary>
/// <param name="Node">The layer in its place.</param>
/// <param name="Layer">The layer as described.</param>
/// <param name="Mode">What it does.</param>
/// <param name="Held">Whether input gradients are kept from flowing through its statistics, whatever the mode says.</param>
internal sealed record NormalizationSite(LayerNode Node, BatchNorm Layer, BatchNormMode Mode, bool Held = false)
{
    /// <summary>Whether it measures the values of the batch.</summary>
    public bool MeasuresBatch => Mode.MeasuresBatch(Layer);

    /// <summary>Whether it measures any values, or has its statistics from before.</summary>
    public bool Measures => MeasuresBatch || Mode.NeedsReference;

    /// <summary>Whether it divides by the biased variance of the batch.</summary>
    public bool DividesByBatch => MeasuresBatch && !Mode.UsesUpdated;

    /// <summary>Whether it couples the samples: statistics of the batch that input gradients flow through.</summary>
    public bool Coupled => !Held && Mode.Couples(Layer);

    /// <summary>Whether it corrects what it normalised.</summary>
    public bool Corrects => Mode.Corrects(Layer);

    /// <summary>Whether what it gives depends on the running statistics as they were before, after that many batches.</summary>
    public bool UsesRunning(double batchesTracked) => Layer.TrackRunningStats
        && (!Measures || Corrects || (Mode.UsesUpdated && Mode.BatchWeight(batchesTracked, Layer.Momentum) is not 1));

    /// <summary>How many samples its statistics are taken over; null where they come from before.</summary>
    public long? SamplesBehind(long samples, NdArray? referenceInputs) => MeasuresBatch ? samples : Mode.NeedsReference ? referenceInputs!.Shape[0] : null;

    /// <summary>Values per channel and sample.</summary>
    public long Positions => new Shape(Node.Input.Dimensions[1..]).Elements;
}

/// <summary>Default mode, single layers' modes and trackRunningStats resolved for each BatchNorm layer, in forward order.</summary>
internal sealed class NormalizationPlan
{
    private readonly Dictionary<LayerNode, NormalizationSite> _byNode;

    private NormalizationPlan(BatchNormMode mode, IReadOnlyList<NormalizationSite> sites)
    {
        Mode = mode;
        Sites = sites;
        _byNode = sites.ToDictionary(site => site.Node);
    }

    /// <summary>The mode of the request.</summary>
    public BatchNormMode Mode { get; }

    public IReadOnlyList<NormalizationSite> Sites { get; }

    public bool Coupled => Sites.Any(site => site.Coupled);

    public bool NeedsReference => Sites.Any(site => site.Mode.NeedsReference);

    /// <summary>Whether some layer corrects what it normalised.</summary>
    public bool Corrects => Sites.Any(site => site.Corrects);

    public NormalizationSite this[LayerNode node] => _byNode[node];

    /// <exception cref="FaultException">An override names no BatchNorm layer, or the reference batch is missing, unused or misshapen.</exception>
    public static NormalizationPlan Resolve(NetworkShape shape, BatchNormSpec spec)
    {
        var nodes = shape.All.Where(node => node.Layer is BatchNorm).ToList();
        var names = nodes.Select(node => node.Path.Name).ToList();
        var faults = (spec.Layers?.Keys ?? [])
            .Where(name => !names.Contains(name))
            .Select(name => Fault.Invalid($"batchNorm.layers[{Fault.Quoted(name)}]", "the state_dict prefix of a BatchNorm layer", Fault.Quoted(name),
                NearestName.Suggest(name, names)))
            .Take(100).ToList();
        if (faults.Count > 0)
        {
            throw new FaultException(faults);
        }

        var plan = new NormalizationPlan(spec.Mode, [.. nodes.Select(node =>
            new NormalizationSite(node, (BatchNorm)node.Layer, spec.Layers?.GetValueOrDefault(node.Path.Name) ?? spec.Mode))]);
        plan.CheckReference(spec, shape);
        return plan;
    }

    /// <summary>The same with the statistics of coupled layers held constant.</summary>
    public NormalizationPlan Decoupled() => new(Mode, [.. Sites.Select(site => site.Coupled ? site with { Held = true } : site)]);

    /// <exception cref="FaultException">Some channel would have a single value to take a variance of.</exception>
    public void CheckCounts(long samples, long referenceSamples, string path = "inputs")
    {
        foreach (var site in Sites)
        {
            if (site.MeasuresBatch && samples * site.Positions == 1)
            {
                throw OneValue(path, site, "the batch");
            }

            if (NeedsReference && site.Measures && referenceSamples * site.Positions == 1)
            {
                throw OneValue("batchNorm.referenceInputs", site, "the reference batch");
            }
        }
    }

    private static FaultException OneValue(string path, NormalizationSite site, string batch) => new(Fault.NotComputable(path,
        $"more than one value per channel at layer {site.Node.Path.Name} (batchNorm, mode {site.Mode.Name}), whose statistics are taken over {batch}",
        "1 sample with 1 value per channel", "Send more samples, or use mode eval with running statistics."));

    private void CheckReference(BatchNormSpec spec, NetworkShape shape)
    {
        if (NeedsReference && spec.ReferenceInputs is null)
        {
            throw new FaultException(Fault.Invalid("batchNorm.referenceInputs",
                $"a reference batch of shape {BatchShape.Words(shape.Input, "R")}, as a layer is in mode reference", "nothing"));
        }

        if (!NeedsReference && spec.ReferenceInputs is not null)
        {
            throw new FaultException(Fault.Invalid("batchNorm.referenceInputs", "nothing, as no BatchNorm layer is in mode reference",
                $"an array of shape {spec.ReferenceInputs.Shape}", "Leave it out, or set mode reference for some BatchNorm layer."));
        }

        if (spec.ReferenceInputs is { } reference)
        {
            BatchShape.Check(reference, "batchNorm.referenceInputs", shape.Input, "R");
            BatchShape.CheckPrecision(reference, "batchNorm.referenceInputs", shape.Dtype);
        }
    }
}
