using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;

namespace GradService.Tests.Oracles;

/// <summary>The activations as functions of one number, from their definitions.</summary>
internal static class ScalarFunctions
{
    /// <summary>Null where the layer is no activation.</summary>
    public static Func<double, double>? Of(Layer layer) => layer switch
    {
        Tanh => Math.Tanh,
        Sigmoid => Logistic,
        Relu => x => Math.Max(0, x),
        LeakyRelu leaky => x => x > 0 ? x : leaky.NegativeSlope * x,
        Elu elu => x => x > 0 ? x : elu.Alpha * (Math.Exp(x) - 1),
        Selu => x => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.Exp(x) - 1)),
        Gelu { Approximate: GeluApproximation.None } => x => x * 0.5 * (1 + Erf(x / Math.Sqrt(2))),
        Gelu => x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        Silu => x => x * Logistic(x),
        Mish => x => x * Math.Tanh(Math.Log(1 + Math.Exp(x))),
        Softplus soft => x => soft.Beta * x > soft.Threshold ? x : Math.Log(1 + Math.Exp(soft.Beta * x)) / soft.Beta,
        Sin => Math.Sin,
        Identity => x => x,
        _ => null,
    };

    /// <summary>Where the derivative jumps; null where it does not.</summary>
    public static double? Kink(Layer layer) => layer switch
    {
        Relu or LeakyRelu or Selu => 0,
        Elu { Alpha: not 1 } => 0,
        Softplus soft => soft.Threshold / soft.Beta,
        _ => null,
    };

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));

    /// <summary>2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!: all terms have one sign, so nothing cancels.</summary>
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 6)
        {
            return Math.Sign(x);
        }

        var (term, sum) = (x, x);
        for (var n = 1; n < 200; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
