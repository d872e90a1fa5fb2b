using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Statistics;
using static TorchSharp.torch;

namespace GradService.Domain.Separation;

/// <summary>
/// A coupled run as one in which samples do not interact, with the same outputs and the same own derivatives of every order:
/// each sample meets statistics of its own, written as functions of that sample alone, the other samples' sums being constants.
/// One coupled layer; with more, a sample also acts through the earlier layers' statistics on the other samples' activations.
/// </summary>
internal sealed class LeaveOneOut : SeparationWay
{
    public static LeaveOneOut Way { get; } = new();

    public override bool Applies(Asked asked) =>
        asked.Size.CoupledLayers.Count == 1 && asked.For is AskedFor.OwnGradients or AskedFor.OwnDerivatives or AskedFor.TermDerivatives;

    protected override string Reason(Asked asked) => "one coupled layer: with the other samples' sums held constant, " + asked.For switch
    {
        AskedFor.OwnGradients => "one sweep per output element serves all samples",
        AskedFor.OwnDerivatives => "each sweep serves all samples",
        _ => "each sweep serves all points",
    };

    /// <summary>
    /// With d = h − m0 (m0 the mean as it is, constant), D1 and D2 the sums of d and d² over all other samples:
    /// mean = m0 + (D1 + d_i)/n and variance = (D2 + d_i²)/n − ((D1 + d_i)/n)², d_i and d_i² summed over sample i's positions.
    /// </summary>
    public override TorchRun Decouple(TorchRun run, int order, CancellationToken cancellation)
    {
        var mean = run.Coupled.Single().Moments.Mean.detach();
        var constants = run.Constants();
        return run.Rerun(run.Inputs, (site, h) => site.Coupled ? OwnMoments(site.Node, h, mean) : constants[site.Node]);
    }

    /// <summary>Mean and variance, both [N, C], each row a function of its own sample.</summary>
    private static Moments OwnMoments(LayerNode node, Tensor h, Tensor mean)
    {
        var own = Sums(node, h, mean);
        var constant = own.detach();
        var others = constant.SumOver([0], keepAxes: true).Minus(constant);
        return FromSums(own.Plus(others), mean, h.numel() / node.Input[0]);
    }

    /// <summary>Each sample's Σd and Σd² over its positions, d = h − mean, [N, 2C]: what it adds to a channel's statistics.</summary>
    public static Tensor Sums(LayerNode node, Tensor h, Tensor mean)
    {
        var deviation = h.Minus(BatchNorm.PerChannel(mean, node));
        return cat([OverPositions(deviation), OverPositions(deviation.Squared())], 1);

        Tensor OverPositions(Tensor values) => node.Input.Rank == 1 ? values : values.flatten(2).SumOver([2]);
    }

    /// <summary>Mean and variance [N, C] from Σd and Σd² over the batch, [N, 2C], of n values.</summary>
    public static Moments FromSums(Tensor sums, Tensor mean, long n)
    {
        var halves = sums.Times(1.0 / n).chunk(2, 1);
        return new Moments(halves[0].Plus(mean), halves[1].Minus(halves[0].Squared()));
    }
}
