using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Statistics;
using static TorchSharp.torch;

namespace GradService.Domain.Separation;

/// <summary>
/// Leave one out for any number of coupled layers, right to second order. With g_m(x, s) a sample's sums (Σd, Σd²) entering layer m
/// given the earlier statistics s, and G_m(s) = Σ_j g_m(x̃_j, s) over a frozen copy x̃ of the batch, sample i meets
/// <code>s_m = statistics( G_m(s) − g_m(x̃_i, s) + g_m(x_i, s) ),  s the statistics that it met in the layers before.</code>
/// G_m, through which a sample acts on the others' activations, is replaced by its Taylor polynomial around the statistics as they
/// are; all else is a function of x_i alone.
/// </summary>
internal static class TaylorSurrogate
{
    /// <summary>The highest order of derivative that comes out right.</summary>
    public const int MaxOrder = 2;

    /// <summary>Sweeps that the polynomials take: a gradient for each statistic, and for second order each of its entries once more.</summary>
    public static long Sweeps(ProblemSize size, int order) => Sum(size, (statistics, earlier) => statistics.SaturatingTimes(order == 1 ? 1 : 1 + earlier));

    // Each sample's products with a polynomial's second derivatives, before and after they are multiplied once more, and as often in
    // each of the two sweeps that differentiate them, where both are kept.
    private const long ProductsForEach = 9;

    /// <summary>Elements of the polynomials, as they are and transposed, and of what they are multiplied with for each sample.</summary>
    public static long WorkingElements(ProblemSize size) =>
        Sum(size, (statistics, earlier) => statistics.SaturatingTimes(earlier).SaturatingTimes((2 * earlier).SaturatingPlus(ProductsForEach * size.Samples)));

    /// <summary>A pass in which samples do not interact, with the same outputs and the same own derivatives up to the given order.</summary>
    public static ForwardPass Decouple(ForwardPass pass, int order, CancellationToken cancellation)
    {
        var samples = pass.Inputs.shape[0];
        var used = pass.Constants();
        var expansions = Expand(pass, order, cancellation);
        var shifts = new List<Tensor>();
        return pass.RerunBesideFrozen((site, h) => site.Coupled ? Meet(site.Node, h) : used[site.Node]);

        Moments Meet(LayerNode node, Tensor h)
        {
            var now = used[node];
            var live = LeaveOneOut.Sums(node, h.narrow(0, 0, samples), now.Mean);
            var frozen = LeaveOneOut.Sums(node, h.narrow(0, samples, samples), now.Mean);
            var all = frozen.detach().SumOver([0], keepAxes: true);
            if (shifts.Count > 0)
            {
                all = all.Plus(expansions[node].At(cat(shifts, 1)));
            }

            var met = LeaveOneOut.FromSums(all.Minus(frozen).Plus(live), now.Mean, h.numel() / node.Input[0] / 2);
            shifts.Add(cat([met.Mean.Minus(now.Mean), met.Variance.Minus(now.Variance)], 1));
            return new Moments(cat([met.Mean, met.Mean], 0), cat([met.Variance, met.Variance], 0));
        }
    }

    /// <summary>The polynomial of each coupled layer but the first, which has no earlier statistics.</summary>
    private static Dictionary<LayerNode, Expansion> Expand(ForwardPass pass, int order, CancellationToken cancellation)
    {
        var leaves = pass.Taps.Where(tap => tap.Site.Coupled).ToDictionary(tap => tap.Site.Node, tap => new Moments(Leaf(tap.Used.Mean), Leaf(tap.Used.Variance)));
        var constants = pass.Constants();
        var given = pass.Rerun(pass.Inputs, (site, _) => site.Coupled ? leaves[site.Node] : constants[site.Node]);
        var expansions = new Dictionary<LayerNode, Expansion>();
        var earlier = new List<Tensor>();
        foreach (var tap in given.Taps.Where(tap => tap.Site.Coupled))
        {
            if (earlier.Count > 0)
            {
                var sums = LeaveOneOut.Sums(tap.Site.Node, tap.Entering, tap.Used.Mean.detach()).SumOver([0]);
                expansions[tap.Site.Node] = Expansion.Of(sums, [.. earlier], order, cancellation);
            }

            earlier.AddRange([tap.Used.Mean, tap.Used.Variance]);
        }

        return expansions;

        static Tensor Leaf(Tensor values) => values.detach().clone().requires_grad_();
    }

    private static long Sum(ProblemSize size, Func<long, long, long> term)
    {
        var (sum, earlier) = (0L, 0L);
        foreach (var layer in size.CoupledLayers)
        {
            var statistics = 2 * layer.Channels;
            sum = sum.SaturatingPlus(earlier == 0 ? 0 : term(statistics, earlier));
            earlier += statistics;
        }

        return sum;
    }

    /// <summary>First and second derivatives of K sums by the P statistics before them.</summary>
    /// <param name="gradients">[K, P].</param>
    /// <param name="hessians">[K, P, P]; null: not needed for first order.</param>
    private sealed class Expansion(Tensor gradients, Tensor? hessians)
    {
        public static Expansion Of(Tensor sums, Tensor[] statistics, int order, CancellationToken cancellation)
        {
            var (k, p) = (sums.shape[0], statistics.Sum(each => each.numel()));
            var gradients = empty([k, p], sums.dtype);
            var hessians = order > 1 ? empty([k, p, p], sums.dtype) : null;
            for (var row = 0L; row < k; row++)
            {
                cancellation.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var gradient = cat(Autograd.VectorJacobianProducts([(sums, Unit(sums, row))], statistics, differentiable: order > 1), 0);
                gradients.select(0, row).copy_(gradient.detach());
                for (var column = 0L; column < (order > 1 ? p : 0); column++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    using var sweep = NewDisposeScope();
                    hessians!.select(0, row).select(0, column).copy_(cat(Autograd.VectorJacobianProducts([(gradient, Unit(gradient, column))], statistics), 0));
                }
            }

            return new Expansion(gradients, hessians);
        }

        /// <summary>How the sums change when each sample's statistics shift by [N, P]: [N, K].</summary>
        public Tensor At(Tensor shift)
        {
            var linear = shift.mm(gradients.t());
            if (hessians is null)
            {
                return linear;
            }

            var (k, p) = (gradients.shape[0], gradients.shape[1]);
            var curved = shift.mm(hessians.permute(1, 0, 2).reshape(p, k * p)).view(-1, k, p).Times(shift.unsqueeze(1)).SumOver([2]);
            return linear.Plus(curved.Times(0.5));
        }

        private static Tensor Unit(Tensor values, long at)
        {
            var unit = zeros_like(values).detach();
            unit.narrow(0, at, 1).copy_(ones([1], values.dtype));
            return unit;
        }
    }
}
