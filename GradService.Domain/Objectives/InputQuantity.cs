using GradService.Domain.Objectives.Formulas;

namespace GradService.Domain.Objectives;

/// <summary>What a term reads of the network's derivatives: one of them, or the whole gradient of an output.</summary>
/// <param name="Index">The derivative, or the output (order 0).</param>
/// <param name="WholeGradient">Whether it is the gradient of that, [n, D], instead of a number at each point, [n].</param>
internal sealed record InputQuantity(DerivativeIndex Index, bool WholeGradient)
{
    public static InputQuantity Derivative(DerivativeIndex index) => new(index, WholeGradient: false);

    public static InputQuantity Gradient(int output) => new(new DerivativeIndex(output), WholeGradient: true);
}
