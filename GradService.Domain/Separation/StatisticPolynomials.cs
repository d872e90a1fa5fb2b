using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Statistics;
using static TorchSharp.torch;

namespace GradService.Domain.Separation;

/// <summary>
/// How the sums that enter each coupled layer respond to the statistics of the layers before, as Taylor polynomials; the notation is that
/// of <see cref="Expansion"/>. With one coupled layer there are none, and what is left is leave one out.
/// </summary>
/// <remarks>
/// For parameter gradients the coefficients are leaves, whose gradients are taken back to the parameters afterwards, row by row: their own
/// graphs would not fit into memory.
/// </remarks>
internal sealed class StatisticPolynomials
{
    private readonly TorchRun _run;
    private readonly bool _live;
    private readonly CancellationToken _cancellation;
    private readonly IReadOnlyDictionary<LayerNode, Moments> _used;
    private readonly List<Polynomial> _polynomials = [];

    // By how much the statistics of the coupled layers are moved, in forward order, mean before variance: leaves, all 0. They count standard
    // deviations and variances, the units, lest derivatives under- or overflow.
    private readonly List<Tensor> _variables = [];
    private readonly Dictionary<LayerNode, Moments> _units = [];

    /// <param name="run">A run whose samples interact.</param>
    /// <param name="order">1 or 2, the highest order of derivative that will be taken.</param>
    /// <param name="live">Whether parameter gradients will be taken, and the run's graph reaches to the parameters.</param>
    /// <param name="cancellation">Ends the work between two sweeps.</param>
    public StatisticPolynomials(TorchRun run, int order, bool live, CancellationToken cancellation)
    {
        (_run, _live, _cancellation) = (run, live, cancellation);
        _used = live ? run.Used() : run.Constants();
        if (run.Coupled.Count > 1)
        {
            Expand(order);
        }
    }

    /// <summary>The coefficients, where parameter gradients will be taken: what a gradient with respect to them must be handed back for.</summary>
    public IReadOnlyList<Tensor> Leaves => _live ? [.. _polynomials.SelectMany(polynomial => polynomial.Coefficients)] : [];

    /// <summary>
    /// A run in which samples do not interact, with the same outputs and the same own derivatives up to the order: each sample meets
    /// statistics that are functions of itself alone with respect to the inputs, the other samples being a frozen copy.
    /// </summary>
    public TorchRun Decouple()
    {
        var samples = _run.Inputs.shape[0];
        var shifts = new List<Tensor>();
        return _run.RerunBesideFrozen((site, h) => site.Coupled ? Meet(site.Node, h) : _used[site.Node]);

        Moments Meet(LayerNode node, Tensor h)
        {
            var (now, first) = (_used[node], shifts.Count == 0);
            var mean = now.Mean.detach();
            var own = LeaveOneOut.Sums(node, h.narrow(0, 0, samples), mean);
            var frozen = LeaveOneOut.Sums(node, h.narrow(0, samples, samples), mean);
            var all = first
                ? (_live ? frozen : frozen.detach()).SumOver([0], keepAxes: true)
                : SumsAsTheyAre(node, mean, frozen).Plus(At(node, cat(shifts, 1)));
            var met = LeaveOneOut.FromSums(all.Minus(frozen).Plus(own), mean, h.numel() / node.Input[0] / 2);
            if (_units.TryGetValue(node, out var unit))
            {
                shifts.Add(cat([met.Mean.Minus(now.Mean).Over(unit.Mean), met.Variance.Minus(now.Variance).Over(unit.Variance)], 1));
            }

            return new Moments(cat([met.Mean, met.Mean], 0), cat([met.Variance, met.Variance], 0));
        }

        // The frozen copy meets statistics that move with a sample's inputs; what the parameters make of the sums shows the run itself.
        Tensor SumsAsTheyAre(LayerNode node, Tensor mean, Tensor frozen) => _live
            ? LeaveOneOut.Sums(node, _run.Coupled.Single(trace => trace.Site.Node == node).Entering, mean).SumOver([0], keepAxes: true)
            : frozen.detach().SumOver([0], keepAxes: true);

        Tensor At(LayerNode node, Tensor shift) => _polynomials.Single(polynomial => polynomial.Node == node).At(shift);
    }

    /// <summary>The parameter gradient of what has these gradients with respect to the leaves, summand by summand.</summary>
    /// <param name="gradients">For each of <see cref="Leaves"/> its gradient.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="add">Takes in a summand, for each parameter.</param>
    public void PullBack(IReadOnlyList<Tensor> gradients, IReadOnlyList<Tensor> parameters, Action<IReadOnlyList<Tensor>> add)
    {
        if (_polynomials.Count == 0)
        {
            return;
        }

        Tensor[] leaves = [.. parameters, .. _variables];
        var byStatistics = _variables.Select(variable => variable.detach().ZerosLike()).ToList();
        var at = 0;
        foreach (var polynomial in _polynomials)
        {
            var count = polynomial.Coefficients.Count;
            polynomial.PullBack([.. gradients.Skip(at).Take(count)], leaves, Take, _cancellation);
            at += count;
        }

        // The polynomials are taken around statistics that the parameters move.
        var statistics = _run.Coupled.SelectMany(trace => new[] { trace.Moments.Mean, trace.Moments.Variance });
        var units = _run.Coupled.SelectMany(trace => new[] { _units[trace.Site.Node].Mean, _units[trace.Site.Node].Variance });
        add(Autograd.VectorJacobianProducts([.. statistics.Zip(byStatistics.Zip(units, (gradient, unit) => gradient.Over(unit)))], parameters));

        void Take(Tensor[] summand)
        {
            add(summand[..parameters.Count]);
            foreach (var (sum, term) in byStatistics.Zip(summand[parameters.Count..]))
            {
                sum.add_(term, TensorOperations.One);
            }
        }
    }

    /// <summary>The polynomial of each coupled layer but the first, which has no earlier statistics.</summary>
    private void Expand(int order)
    {
        var leaves = _run.Coupled.ToDictionary(trace => trace.Site.Node, trace => (Mean: Leaf(trace.Moments.Mean), Variance: Leaf(trace.Moments.Variance)));
        var moved = _run.Coupled.ToDictionary(trace => trace.Site.Node, Moved);
        var given = _run.Rerun(_run.Inputs, (site, _) => site.Coupled ? moved[site.Node] : _used[site.Node]);
        foreach (var trace in given.Coupled)
        {
            if (_variables.Count > 0)
            {
                var sums = LeaveOneOut.Sums(trace.Site.Node, trace.Entering, trace.Moments.Mean.detach()).SumOver([0]);
                _polynomials.Add(new Polynomial(trace.Site.Node, sums, [.. _variables], order, _live, _cancellation));
            }

            _variables.AddRange([leaves[trace.Site.Node].Mean, leaves[trace.Site.Node].Variance]);
        }

        Moments Moved(TorchTrace trace)
        {
            var (node, now, (mean, variance)) = (trace.Site.Node, trace.Moments.Detached(), leaves[trace.Site.Node]);
            var unit = now.Variance.masked_fill(now.Variance.Above(0).logical_not(), TensorOperations.One);
            _units[node] = new Moments(unit.sqrt(), unit);
            return new Moments(now.Mean.Plus(mean.Times(_units[node].Mean)), now.Variance.Plus(variance.Times(unit)));
        }

        static Tensor Leaf(Tensor values) => values.detach().ZerosLike().requires_grad_();
    }

    /// <summary>First and second derivatives of K sums by the P statistics before them.</summary>
    private sealed class Polynomial
    {
        private readonly Tensor _sums;
        private readonly Tensor[] _statistics;
        private readonly Tensor _gradients;
        private readonly Tensor? _hessians;

        /// <param name="node">The layer that the sums enter.</param>
        /// <param name="sums">[K].</param>
        /// <param name="statistics">P of them.</param>
        /// <param name="order">1 or 2.</param>
        /// <param name="live">Whether the coefficients are leaves.</param>
        /// <param name="cancellation">Ends the work between two sweeps.</param>
        public Polynomial(LayerNode node, Tensor sums, Tensor[] statistics, int order, bool live, CancellationToken cancellation)
        {
            (Node, _sums, _statistics) = (node, sums, statistics);
            var (k, p) = (sums.shape[0], statistics.Sum(each => each.numel()));
            _gradients = Tensors.Empty([k, p], sums.dtype);
            _hessians = order > 1 ? Tensors.Empty([k, p, p], sums.dtype) : null;
            for (var row = 0L; row < k; row++)
            {
                using var scope = NewDisposeScope();
                var gradient = Gradient(row, differentiable: order > 1, cancellation);
                _gradients.select(0, row).copy_(gradient.detach());
                for (var column = 0L; column < (order > 1 ? p : 0); column++)
                {
                    using var sweep = NewDisposeScope();
                    _hessians!.select(0, row).select(0, column).copy_(Curvature(gradient, column, differentiable: false, cancellation));
                }
            }

            foreach (var coefficients in live ? Coefficients : [])
            {
                coefficients.requires_grad_();
            }
        }

        public LayerNode Node { get; }

        /// <summary>[K, P], and for second order [K, P, P].</summary>
        public IReadOnlyList<Tensor> Coefficients => _hessians is null ? [_gradients] : [_gradients, _hessians];

        /// <summary>How the sums change when each sample's statistics shift by [N, P]: [N, K].</summary>
        public Tensor At(Tensor shift)
        {
            var linear = shift.mm(_gradients.t());
            if (_hessians is null)
            {
                return linear;
            }

            var (k, p) = (_gradients.shape[0], _gradients.shape[1]);
            var curved = shift.mm(_hessians.permute(1, 0, 2).reshape(p, k * p)).view(-1, k, p).Times(shift.unsqueeze(1)).SumOver([2]);
            return linear.Plus(curved.Times(0.5));
        }

        /// <summary>What has these gradients with respect to the coefficients, differentiated by leaves, summand by summand.</summary>
        public void PullBack(Tensor[] gradients, IReadOnlyList<Tensor> leaves, Action<Tensor[]> add, CancellationToken cancellation)
        {
            for (var row = 0L; row < _gradients.shape[0]; row++)
            {
                using var scope = NewDisposeScope();
                var gradient = Gradient(row, differentiable: true, cancellation);
                add(Autograd.VectorJacobianProducts([(gradient, gradients[0].select(0, row))], leaves));
                for (var column = 0L; column < (_hessians is null ? 0 : _gradients.shape[1]); column++)
                {
                    using var sweep = NewDisposeScope();
                    var curvature = Curvature(gradient, column, differentiable: true, cancellation);
                    cancellation.ThrowIfCancellationRequested();
                    add(Autograd.VectorJacobianProducts([(curvature, gradients[1].select(0, row).select(0, column))], leaves));
                }
            }
        }

        /// <summary>A sum's derivatives by the statistics, [P].</summary>
        private Tensor Gradient(long row, bool differentiable, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            return cat(Autograd.VectorJacobianProducts([(_sums, _sums.UnitLike(0, row))], _statistics, differentiable), 0);
        }

        /// <summary>A derivative's derivatives by the statistics, [P].</summary>
        private Tensor Curvature(Tensor gradient, long column, bool differentiable, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            return cat(Autograd.VectorJacobianProducts([(gradient, gradient.UnitLike(0, column))], _statistics, differentiable), 0);
        }
    }
}
