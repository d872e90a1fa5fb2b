using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Separation;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>What a loss came to, in managed memory.</summary>
/// <param name="Terms">The terms in order.</param>
/// <param name="Derivatives">What the terms of each set read: a derivative [n] or a gradient [n, D] at its points.</param>
/// <param name="ParameterGradients">By state_dict name, in its order; null where none were wanted.</param>
internal sealed record Loss(IReadOnlyList<TermValue> Terms, IReadOnlyDictionary<(int Set, InputQuantity Quantity), NdArray> Derivatives,
    IReadOnlyDictionary<string, NdArray>? ParameterGradients)
{
    /// <summary>Points at which a formula is evaluated at once where nothing is kept of it: its tensors stay in the processor's cache.</summary>
    public const long PointsAtOnce = 1 << 14;

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
        var residuals = objective.Terms.Select(term => NdArray.Allocate(new Shape(objective.Sets[term.Set].Count), dtype)).ToList();
        var derivatives = objective.Sets.SelectMany(set => set.Quantities.Select(quantity => (Set: set, Quantity: quantity)))
            .ToDictionary(pair => (pair.Set.Index, pair.Quantity),
                pair => NdArray.Allocate(
                    pair.Quantity.WholeGradient ? new Shape(pair.Set.Count, run.Setting.Shape.Input.Elements) : new Shape(pair.Set.Count), dtype));
        var gradients = run.Live ? new GradientSums([.. names.Select(name => run.Network[name])], run.Batches) : null;
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

                foreach (var term in set.Terms)
                {
                    if (gradients is null)
                    {
                        Evaluate(term, values, residuals[term.Index], cancellation);
                        continue;
                    }

                    if (point is null)
                    {
                        cancellation.ThrowIfCancellationRequested();
                    }

                    var residual = term.Residual.Of(values.Aiming(term.Target));
                    residual.CopyTo(residuals[term.Index], values.From);
                    gradients.Add(residual, Slope(term, residual.detach(), set.Count));
                }

                if (point is not null)
                {
                    gradients?.Sweep(cancellation);
                }
            }
        }

        gradients?.Sweep(cancellation);
        gradients?.PullBack();
        return new Loss(
            [.. objective.Terms.Select(term => new TermValue(term, residuals[term.Index]))],
            derivatives,
            gradients is null
                ? null
                : names.Zip(gradients.OfParameters, (name, sum) => (name, sum)).ToDictionary(pair => pair.name, pair => pair.sum.ToNdArray()));
    }

    /// <summary>Residuals of which no gradient is wanted, block of points by block of points. The derivatives that they read are there already.</summary>
    private static void Evaluate(Term term, PointValues values, NdArray residuals, CancellationToken cancellation)
    {
        using var constants = no_grad();
        for (var from = 0L; from < values.Count; from += PointsAtOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var some = values.Rows(from, Math.Min(PointsAtOnce, values.Count - from));
            term.Residual.Of(some.Aiming(term.Target)).CopyTo(residuals, some.From);
        }
    }

    /// <summary>∂(weight · value)/∂r at each point.</summary>
    public static Tensor Slope(Term term, Tensor residual, long count) => term.Reduction == Reduction.MeanSquare
        ? residual.Times(residual.Constant(2 * term.Weight / count))
        : Tensors.Filled(residual.shape, residual.dtype, residual.Constant(term.Weight / count));

    /// <summary>Sums of products with the parameter Jacobian, and with that of what else stands in the graphs of batches.</summary>
    private sealed class GradientSums
    {
        private readonly IReadOnlyList<Tensor> _parameters;
        private readonly IReadOnlyList<BatchRun> _batches;
        private readonly Tensor[] _leaves;
        private readonly Tensor[] _sums;
        private readonly List<(Tensor, Tensor)> _open = [];

        public GradientSums(IReadOnlyList<Tensor> parameters, IReadOnlyList<BatchRun> batches)
        {
            (_parameters, _batches) = (parameters, batches);
            _leaves = [.. parameters, .. batches.SelectMany(batch => batch.Polynomials?.Leaves ?? [])];
            _sums = [.. _leaves.Select(leaf => leaf.detach().ZerosLike())];
        }

        public IEnumerable<Tensor> OfParameters => _sums.Take(_parameters.Count);

        public void Add(Tensor residual, Tensor slope) => _open.Add((residual, slope));

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
            var at = _parameters.Count;
            foreach (var polynomials in _batches.Select(batch => batch.Polynomials).OfType<StatisticPolynomials>())
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
    /// <summary>The mean square, or the mean, of the residuals.</summary>
    public double Value { get; } =
        Enumerable.Range(0, Residuals.Count).Sum(i => Term.Reduction == Reduction.MeanSquare ? Residuals[i] * Residuals[i] : Residuals[i]) / Residuals.Count;
}
