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
        Cos => Math.Cos,
        Exp => Math.Exp,
        Square => x => x * x,
        Relu6 => x => Math.Min(Math.Max(0, x), 6),
        Hardtanh hard => x => Math.Min(Math.Max(hard.MinVal, x), hard.MaxVal),
        Hardswish => x => x * Math.Min(Math.Max(0, x + 3), 6) / 6,
        Hardsigmoid => x => Math.Min(Math.Max(0, x + 3), 6) / 6,
        Celu celu => x => Math.Max(0, x) + Math.Min(0, celu.Alpha * (Math.Exp(x / celu.Alpha) - 1)),
        Softsign => x => x / (1 + Math.Abs(x)),
        LogSigmoid => x => Math.Log(Logistic(x)),
        Tanhshrink => x => x - Math.Tanh(x),
        Softshrink soft => x => Math.Sign(x) * Math.Max(0, Math.Abs(x) - soft.Lambda),
        Hardshrink hard => x => Math.Abs(x) > hard.Lambda ? x : 0,
        Identity => x => x,
        _ => null,
    };

    /// <summary>Where the derivative jumps.</summary>
    public static IReadOnlyList<double> Kinks(Layer layer) => layer switch
    {
        Relu or LeakyRelu or Selu => [0],
        Elu { Alpha: not 1 } => [0],
        Softplus soft => [soft.Threshold / soft.Beta],
        Relu6 => [0, 6],
        Hardtanh hard => [hard.MinVal, hard.MaxVal],
        Hardswish or Hardsigmoid => [-3, 3],
        Softshrink soft => [-soft.Lambda, soft.Lambda],
        Hardshrink hard => [-hard.Lambda, hard.Lambda],
        _ => [],
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
