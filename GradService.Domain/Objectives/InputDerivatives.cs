using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>
/// Derivatives of a pass's outputs with respect to its inputs, each found once and only when it is asked for. A sweep differentiates the
/// weighted sum over the samples: with weights of one, that of all, which is each sample's own where samples do not interact; with a
/// unit vector, one sample's own where they do.
/// </summary>
internal sealed class InputDerivatives
{
    private readonly Tensor _outputs;
    private readonly Tensor _inputs;
    private readonly DerivativePlan _plan;
    private readonly Tensor _weights;
    private readonly bool _live;
    private readonly CancellationToken _cancellation;
    private readonly Dictionary<DerivativeIndex, Tensor> _gradients = [];

    /// <param name="outputs">[R, M].</param>
    /// <param name="inputs">The leaf [R, D…].</param>
    /// <param name="plan">Which gradients are swept.</param>
    /// <param name="weights">[R].</param>
    /// <param name="live">Whether the results will be differentiated with respect to parameters.</param>
    /// <param name="cancellation">Ends the work between two sweeps.</param>
    public InputDerivatives(Tensor outputs, Tensor inputs, DerivativePlan plan, Tensor weights, bool live, CancellationToken cancellation)
    {
        (_outputs, _inputs, _plan, _weights, _live, _cancellation) = (outputs, inputs, plan, weights, live, cancellation);
    }

    /// <summary>A derivative, or for order 0 the output itself, for every row, [R].</summary>
    public Tensor this[DerivativeIndex index]
    {
        get
        {
            if (index.Order == 0)
            {
                return _outputs.select(1, index.Output);
            }

            var (swept, variable) = _plan.SourceOf(index);
            return Gradient(swept).select(1, variable);
        }
    }

    /// <summary>The gradient of something that the plan sweeps, [R, D].</summary>
    public Tensor Gradient(DerivativeIndex swept)
    {
        if (!_gradients.TryGetValue(swept, out var gradient))
        {
            var derivative = this[swept];
            _cancellation.ThrowIfCancellationRequested();
            gradient = Autograd.VectorJacobianProduct(derivative, _weights, _inputs, differentiable: _live || _plan.IsSweptAgain(swept)).flatten(1);
            _gradients[swept] = gradient;
        }

        return gradient;
    }
}
