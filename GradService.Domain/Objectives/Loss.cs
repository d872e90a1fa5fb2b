using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Separation;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>What a loss came to, in managed memory.</summary>
/// <param name="Terms">The terms in order.</param>
/// <param name="Derivatives">What the terms of each set read: a derivative [n] or a gradient [n, D] at its points.</param>
/// <param name="ParameterGradients">By state_dict name, in its order; null where no gradients were wanted.</param>
internal sealed record Loss(IReadOnlyList<TermValue> Terms, IReadOnlyDictionary<(int Set, InputQuantity Quantity), NdArray> Derivatives,
    IReadOnlyDictionary<string, NdArray>? ParameterGradients)
{
    /// <summary>Points at which a formula is evaluated at once where nothing is kept of it: its tensors stay in the processor's cache.</summary>
    public const long PointsAtOnce = 1 << 14;

    /// <summary>By name, in the request's order; null where no gradients were wanted.</summary>
    public IReadOnlyDictionary<string, double>? UnknownGradients { get; init; }

    /// <summary>By point set, [n, D…]; null where they were not wanted.</summary>
    public IReadOnlyDictionary<string, NdArray>? InputGradients { get; init; }

    /// <summary>Σ weight · value.</summary>
    public double Value => Terms.Sum(term => term.Term.Weight * term.Value);

    /// <summary>The Frobenius norm of the parameter gradients together.</summary>
    public double? GradientNorm => ParameterGradients?.Values.Aggregate(0.0, (norm, gradient) => double.Hypot(norm, gradient.Norm()));

    /// <summary>
    /// The value and, if the run is live, the parameter gradient: Σ over points of weight · 2r/n · ∂r/∂θ, in one sweep for all points whose
    /// graphs stand together, and one for each point whose derivatives are its own alone.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static Loss Of(ObjectiveRun run, CancellationToken cancellation)
    {
        var (objective, dtype) = (run.Setting.Objective, run.Network.Dtype);
        var names = run.Network.Learnable.ToList();
        var residuals = objective.Terms.Select(term => NdArray.Allocate(new Shape(objective.Sets[term.Sets[0]].Count), dtype)).ToList();
        var derivatives = objective.Sets.SelectMany(set => set.Quantities.Select(quantity => (Set: set, Quantity: quantity)))
            .ToDictionary(pair => (pair.Set.Index, pair.Quantity),
                pair => NdArray.Allocate(
                    pair.Quantity.WholeGradient ? new Shape(pair.Set.Count, run.Setting.Shape.Input.Elements) : new Shape(pair.Set.Count), dtype));
        var gradients = run.Live ? new GradientSums([.. names.Select(name => run.Network[name])], run) : null;
        foreach (var (batch, set) in run.Sets)
        {
            foreach (var make in batch.ValuesOn(set))
            {
                cancellation.ThrowIfCancellationRequested();

                // What one point's derivatives hang on is let go of before the next point's.
                using var point = batch.IsPointByPoint(set) ? NewDisposeScope() : null;
                var values = gradients is null ? make() : make().Remembering();
                foreach (var quantity in set.Quantities)
                {
                    cancellation.ThrowIfCancellationRequested();
                    var read = values[quantity];
                    read.CopyTo(derivatives[(set.Index, quantity)], values.From * (read.numel() / values.Count));
                }

                foreach (var term in set.Terms.Where(term => !IsLater(term, run)))
                {
                    if (gradients is null)
                    {
                        Evaluate(term, values.Count, (from, count) => values.Rows(from, count).Aiming(term.Target), residuals[term.Index], cancellation);
                        continue;
                    }

                    if (point is null)
                    {
                        cancellation.ThrowIfCancellationRequested();
                    }

                    var residual = term.Residual.Of(values.Aiming(term.Target));
                    residual.CopyTo(residuals[term.Index], values.From);
                    gradients.Add(term, residual, values.From, residuals[term.Index]);
                }

                if (point is not null)
                {
                    gradients?.Sweep(cancellation);
                }
            }
        }

        foreach (var term in objective.Terms.Where(term => IsLater(term, run)))
        {
            var count = objective.Sets[term.Sets[0]].Count;
            Evaluate(term, count, (from, some) => new KnownValues(run, derivatives, term, from, some), residuals[term.Index], cancellation);
            gradients?.AddLater(term, residuals[term.Index], cancellation);
        }

        gradients?.Sweep(cancellation);
        gradients?.PullBack();
        return new Loss(
            [.. objective.Terms.Select(term => new TermValue(term, residuals[term.Index]))],
            derivatives,
            gradients is null
                ? null
                : names.Zip(gradients.OfParameters, (name, sum) => (name, sum)).ToDictionary(pair => pair.name, pair => pair.sum.ToNdArray()))
        {
            UnknownGradients = gradients is null ? null
                : objective.Names.Unknowns.Zip(gradients.OfUnknowns).ToDictionary(pair => pair.First, pair => pair.Second.ToDoubles()[0]),
            InputGradients = gradients is null || !run.Setting.WantsInputGradients ? null
                : run.Sets.ToDictionary(pair => pair.Set.Name, pair => gradients.OfInputs(pair.Batch, pair.Set)),
        };
    }

    /// <summary>
    /// Whether a term waits until all that it reads is known: points of several sets, or the square of a mean over points each of which stands by itself.
    /// </summary>
    private static bool IsLater(Term term, ObjectiveRun run) =>
        term.IsPaired || (term.Waits && StandsPointByPoint(term, run));

    private static bool StandsPointByPoint(Term term, ObjectiveRun run) =>
        run.Sets.Any(pair => term.Sets.Contains(pair.Set.Index) && pair.Batch.IsPointByPoint(pair.Set));

    /// <summary>Residuals of which no gradient is wanted, block of points by block of points. The derivatives that they read are there already.</summary>
    private static void Evaluate(Term term, long points, Func<long, long, ITermValues> values, NdArray residuals, CancellationToken cancellation)
    {
        using var constants = no_grad();
        for (var from = 0L; from < points; from += PointsAtOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var some = values(from, Math.Min(PointsAtOnce, points - from));
            term.Residual.Of(some).CopyTo(residuals, some.From);
        }
    }

    /// <summary>
    /// Sums of products with the Jacobians by the parameters, the unknowns and the points, and with that of what else stands in the graphs of batches.
    /// </summary>
    private sealed class GradientSums
    {
        private readonly IReadOnlyList<Tensor> _parameters;
        private readonly ObjectiveRun _run;
        private readonly Tensor[] _leaves;
        private readonly Tensor[] _sums;
        private readonly List<(Tensor, Tensor)> _open = [];

        public GradientSums(IReadOnlyList<Tensor> parameters, ObjectiveRun run)
        {
            (_parameters, _run) = (parameters, run);
            _leaves =
            [
                .. parameters, .. run.Unknowns, .. run.Batches.SelectMany(batch => batch.Polynomials?.Leaves ?? []),
                .. run.Batches.SelectMany(batch => batch.Leaves),
            ];
            _sums = [.. _leaves.Select(leaf => leaf.detach().ZerosLike())];
        }

        public IEnumerable<Tensor> OfParameters => _sums.Take(_parameters.Count);

        public IEnumerable<Tensor> OfUnknowns => _sums.Skip(_parameters.Count).Take(_run.Unknowns.Count);

        /// <summary>By the points of a set, [n, D…].</summary>
        public NdArray OfInputs(BatchRun batch, ObjectiveSet set)
        {
            var (leaf, from) = batch.PointsInLeaf(set);
            return _sums[Array.FindIndex(_leaves, each => ReferenceEquals(each, leaf))].narrow(0, from, set.Count).ToNdArray();
        }

        /// <summary>Residuals of a term at some points in a row.</summary>
        /// <param name="term">The term.</param>
        /// <param name="residuals">Theirs.</param>
        /// <param name="from">The first of the points.</param>
        /// <param name="all">The residuals of all its points, as far as its slope reads them.</param>
        public void Add(Term term, Tensor residuals, long from, NdArray all) => _open.Add((residuals, term.Slope(residuals.detach(), from, all)));

        /// <summary>A term all of whose residuals are known.</summary>
        public void AddLater(Term term, NdArray all, CancellationToken cancellation)
        {
            var places = term.Sets.Select(index => _run.Sets.Single(pair => pair.Set.Index == index)).ToList();
            if (!StandsPointByPoint(term, _run))
            {
                Take([.. places.Select(place => place.Batch.ValuesOn(place.Set)[0]().Remembering())]);
                return;
            }

            for (var at = 0; at < all.Count; at++)
            {
                cancellation.ThrowIfCancellationRequested();
                using var point = NewDisposeScope();
                Take([.. places.Select(place => (place.Batch.IsPointByPoint(place.Set)
                    ? place.Batch.ValuesOn(place.Set)[at]() : place.Batch.ValuesOn(place.Set)[0]().Rows(at, 1)).Remembering())]);
                Sweep(cancellation);
            }

            void Take(IReadOnlyList<PointValues> values)
            {
                var aiming = values.Select((each, place) => place == 0 ? each.Aiming(term.Target) : each).ToList();
                ITermValues read = aiming.Count == 1 ? aiming[0] : new PairedValues(aiming);
                Add(term, term.Residual.Of(read), read.From, all);
            }
        }

        /// <summary>Takes in all that has been added since the last sweep.</summary>
        public void Sweep(CancellationToken cancellation)
        {
            if (_open.Count == 0)
            {
                return;
            }

            cancellation.ThrowIfCancellationRequested();

            Add(Autograd.VectorJacobianProducts(_open, _leaves));
            _open.Clear();
        }

        private void Add(IReadOnlyList<Tensor> gradients)
        {
            foreach (var (sum, gradient) in _sums.Zip(gradients))
            {
                sum.add_(gradient, TensorOperations.One);
            }
        }

        /// <summary>Hands what has been found for the rest back to the parameters.</summary>
        public void PullBack()
        {
            var at = _parameters.Count + _run.Unknowns.Count;
            foreach (var polynomials in _run.Batches.Select(batch => batch.Polynomials).OfType<StatisticPolynomials>())
            {
                var count = polynomials.Leaves.Count;
                polynomials.PullBack(_sums[at..(at + count)], _parameters, Add);
                at += count;
            }
        }
    }
}

/// <summary>A term with what it came to.</summary>
/// <param name="Term">The term.</param>
/// <param name="Residuals">[n].</param>
internal sealed record TermValue(Term Term, NdArray Residuals)
{
    /// <summary>What its reduction makes of its residuals.</summary>
    public double Value { get; } = Term.Value(Residuals);
}
