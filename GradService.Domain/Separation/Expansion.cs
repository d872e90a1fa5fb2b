using GradService.Domain.Arrays;
using GradService.Domain.Networks;
using GradService.Domain.Runs;
using GradService.Domain.Runs.Torch;
using static GradService.Domain.Networks.WorkEstimate;

namespace GradService.Domain.Separation;

/// <summary>
/// Leave one out for any number of coupled layers, right to second order. With g_m(x, s) a sample's sums (Σd, Σd²) entering layer m
/// given the earlier statistics s, and G_m(s) = Σ_j g_m(x̃_j, s) over a frozen copy x̃ of the batch, sample i meets
/// <code>s_m = statistics( G_m(s) − g_m(x̃_i, s) + g_m(x_i, s) ),  s the statistics that it met in the layers before.</code>
/// G_m, through which a sample acts on the others' activations, is replaced by its Taylor polynomial around the statistics as they
/// are; all else is a function of x_i alone.
/// </summary>
internal sealed class Expansion : SeparationWay
{
    /// <summary>The highest order of derivative that comes out right.</summary>
    public const int MaxOrder = 2;

    // Each sample's products with a polynomial's second derivatives, before and after they are multiplied once more, and as often in
    // each of the two sweeps that differentiate them, where both are kept.
    private const long ProductsForEach = 9;

    public static Expansion Way { get; } = new();

    protected override string Instead => "with the statistics expanded to second order";

    public override bool Applies(Asked asked) =>
        asked.Size.CoupledLayers.Count > 1 && asked.Order <= MaxOrder && asked.For is AskedFor.OwnDerivatives or AskedFor.TermDerivatives;

    /// <summary>
    /// Beside the question's own: a gradient for each statistic, and for second order each of its entries once more. For parameter gradients
    /// all of these again, each with a sweep to the parameters, and one from the statistics.
    /// </summary>
    public override long Sweeps(Asked asked) => Sum(asked.Size, (statistics, earlier) => (asked.Order, asked.Live) switch
    {
        (1, false) => statistics,
        (1, true) => 3 * statistics,
        (_, false) => statistics.SaturatingTimes(1 + earlier),
        _ => statistics.SaturatingTimes(3 + (3 * earlier)),
    }).SaturatingPlus(asked.Sweeps + (asked.Live ? 1 : 0));

    protected override string Reason(Asked asked) => "statistics expanded to second order";

    protected override bool HasRival(Asked asked) => true;

    // Measured, for 100 to 1,000 points and two or three layers: most of its sweeps are over the values alone, where each of a row goes on to
    // the parameters over the graph of second derivatives.
    protected override long Pace(Asked asked) => asked is { Live: true, Order: > 1 } ? 2 : 1;

    /// <summary>Elements of the polynomials, as they are and transposed, and of what they are multiplied with for each sample.</summary>
    public static long WorkingElements(ProblemSize size) =>
        Sum(size, (statistics, earlier) => statistics.SaturatingTimes(earlier).SaturatingTimes((2 * earlier).SaturatingPlus(ProductsForEach * size.Samples)));

    /// <summary>How long the polynomials take, and their values for each sample.</summary>
    /// <param name="network">The network's work.</param>
    /// <param name="size">The question's size.</param>
    /// <param name="order">The highest order of derivative.</param>
    /// <param name="live">Whether parameter gradients are wanted.</param>
    public static WorkEstimate Work(NetworkWork network, ProblemSize size, int order, bool live = false)
    {
        var n = (double)size.Samples;
        var (work, earlier) = (Pass(network, n, differentiable: true), 0.0);
        foreach (var layer in size.CoupledLayers)
        {
            var statistics = 2.0 * layer.Channels;
            if (earlier > 0)
            {
                var second = order > 1 ? statistics * earlier : 0;
                work += WorkEstimate.Sweeps(network, statistics, n) + WorkEstimate.Sweeps(network, second, n, order: 2);
                work += live ? WorkEstimate.Sweeps(network, statistics, n) + WorkEstimate.Sweeps(network, statistics, n, order: 2, parameters: true) : default;
                work += live
                    ? WorkEstimate.Sweeps(network, second, n, order: 2) + WorkEstimate.Sweeps(network, second, n, order: 3, parameters: true)
                    : default;
            }

            earlier += statistics;
        }

        return Products(size, order)
            .Aggregate(work, (sum, product) => sum + Call(product, "a product of the statistics' second derivatives and each sample's shift"));
    }

    /// <summary>The value of each layer's polynomial for every sample, nanoseconds.</summary>
    public static IEnumerable<double> Products(ProblemSize size, int order)
    {
        var earlier = 0.0;
        foreach (var layer in size.CoupledLayers)
        {
            yield return 0.05 * size.Samples * 2 * layer.Channels * earlier * (order > 1 ? earlier : 1);
            earlier += 2.0 * layer.Channels;
        }
    }

    public override TorchRun Decouple(TorchRun run, int order, CancellationToken cancellation) =>
        new StatisticPolynomials(run, order, live: false, cancellation).Decouple();

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
}
