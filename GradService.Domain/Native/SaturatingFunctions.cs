#pragma warning disable RS0030 // Scalars are held until the call has returned
using TorchSharp;
using static TorchSharp.torch;

namespace GradService.Domain.Native;

/// <summary>
/// Functions whose slopes vanish far from zero, with derivatives of every order that keep their digits there. libtorch finds the slope of
/// tanh as 1 − tanh², which is rounding where tanh is all but 1; here what is small is never found by subtraction. Where no argument is in a
/// tail they are libtorch's own, to the bit.
/// </summary>
internal static class SaturatingFunctions
{
    // Up to here subtraction costs less than two digits.
    private const double Tail = 3;

    // The same for 1 + erf, whose last digits are less good.
    private const double LowerTailOfGelu = 2;

    // From here on e^(−x²/2) is 0 in either precision, but x² may overflow.
    private const double Vanishes = 40;

    /// <summary>The hyperbolic tangent, in its tails as ±(1 − 2·σ(−2|x|)).</summary>
    public static Tensor Tanh(this Tensor x)
    {
        if (!x.Reaches(Tail))
        {
            return x.tanh();
        }

        var sign = x.detach().sign();
        return sign.Times(x.Times(sign).Times(-2).sigmoid().Times(-2).Plus(1)).where(x.detach().abs().Above(Tail), x.tanh());
    }

    /// <summary>1 / (1 + e⁻ˣ), in its upper tail as 1 − σ(−x).</summary>
    public static Tensor Sigmoid(this Tensor x) => x.Reaches(Tail) ? x.neg().sigmoid().neg().Plus(1).where(x.Above(Tail), x.sigmoid()) : x.sigmoid();

    /// <summary>x · σ(x), in its upper tail as x − x·σ(−x).</summary>
    public static Tensor Silu(this Tensor x) => x.Reaches(Tail) ? x.Minus(x.Times(x.neg().sigmoid())).where(x.Above(Tail), x.silu()) : x.silu();

    /// <summary>
    /// log(1 + e^(beta·x)) / beta, in its upper tail as x + log(1 + e^(−beta·x)) / beta; x itself where beta·x exceeds the threshold. Composed
    /// of log1p and exp, as TorchSharp's own makes unrooted Scalars; no branch overflows, so the ones not taken are finite in every derivative.
    /// </summary>
    public static Tensor Softplus(this Tensor x, double beta, double threshold)
    {
        using Scalar nothing = 0.0;
        using Scalar inverse = 1 / beta;
        var scaled = x.detach().Times(beta);
        var (linear, tail) = (scaled.Above(threshold), scaled.Above(Tail));
        var inward = tail.to_type(x.dtype).Times(-2).Plus(1);
        var curved = x.masked_fill(linear, nothing).Times(beta).Times(inward).exp().log1p().mul(inverse);
        return x.where(linear, curved.Plus(x.masked_fill(tail.logical_not(), nothing)));
    }

    /// <summary>x · Φ(x), in its lower tail by the complementary error function.</summary>
    public static Tensor Gelu(this Tensor x)
    {
        if (!x.Reaches(LowerTailOfGelu))
        {
            return x.gelu();
        }

        using Scalar nothing = 0.0;
        using Scalar vanishes = Vanishes;
        using Scalar least = -Vanishes;
        var near = x.clamp(least, vanishes);
        var lower = near.Times(near.Times(-Math.Sqrt(0.5)).erfc()).Times(0.5);
        var curved = lower.where(x.Below(-LowerTailOfGelu), near.gelu());
        return x.where(x.Above(Vanishes), curved.masked_fill(x.Below(-Vanishes), nothing));
    }

    /// <summary>x · ½(1 + tanh(√(2/π)(x + 0.044715·x³))), as x · σ of twice the argument; libtorch's own third derivative is NaN where |x| is large.</summary>
    public static Tensor GeluByTanh(this Tensor x)
    {
        using Scalar vanishes = Vanishes;
        using Scalar least = -Vanishes;
        var near = x.clamp(least, vanishes);
        return x.Times(near.Plus(near.Squared().Times(near).Times(0.044715)).Times(2 * Math.Sqrt(2 / Math.PI)).Sigmoid());
    }

    private static bool Reaches(this Tensor x, double tail)
    {
        using var scope = NewDisposeScope();
        return x.numel() > 0 && x.detach().abs().Above(tail).any().ToBoolean();
    }
}
