#pragma warning disable RS0030 // Scalars are held until the call has returned
using TorchSharp;
using static TorchSharp.torch;

namespace GradService.Domain.Native;

/// <summary>
/// Functions that are all but straight somewhere, most of them far from zero, with derivatives of every order that keep their digits there.
/// libtorch finds the slope of tanh as 1 − tanh², which is rounding where tanh is all but 1; here what is small is never found by subtraction.
/// What no tail reaches is libtorch's own, to the bit, and takes no more memory. Results belong to the caller's dispose scope.
/// </summary>
internal static class SaturatingFunctions
{
    // Up to here subtraction costs less than two digits.
    private const double Tail = 3;

    // The same for 1 + erf, whose last digits are less good.
    private const double LowerTailOfGelu = 2;

    // From here on e^(−x²/2) is 0 in either precision, but x² may overflow.
    private const double GaussianVanishes = 40;

    /// <summary>The hyperbolic tangent, in its tails as ±(1 − 2·σ(−2|x|)).</summary>
    public static Tensor Tanh(this Tensor x)
    {
        if (x.Within(-Tail, Tail))
        {
            return x.tanh();
        }

        using var scope = NewDisposeScope();
        var size = Composed(() => x.abs().Times(-2).sigmoid().Times(-2).Plus(1));
        return size.where(x.Above(Tail), size.neg().where(x.Below(-Tail), x.tanh())).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The slope of the hyperbolic tangent, 1/cosh²; where powers of cosh may overflow 4·e^(−2|x|), which it is there to the last digit.
    /// </summary>
    public static Tensor SlopeOfTanh(this Tensor x)
    {
        const double Far = 20;
        if (x.Within(-Far, Far))
        {
            return x.cosh().Power(-2);
        }

        using var scope = NewDisposeScope();
        using Scalar least = -Far;
        using Scalar most = Far;
        var size = x.abs();
        return size.Times(-2).exp().Times(4).where(size.Above(Far), x.clamp(least, most).cosh().Power(-2)).MoveToOuterDisposeScope();
    }

    /// <summary>1 / (1 + e⁻ˣ), in its upper tail as 1 − σ(−x).</summary>
    public static Tensor Sigmoid(this Tensor x)
    {
        if (x.Within(double.NegativeInfinity, Tail))
        {
            return x.sigmoid();
        }

        using var scope = NewDisposeScope();
        var upper = Composed(() => x.neg().sigmoid().neg().Plus(1));
        return upper.where(x.Above(Tail), x.sigmoid()).MoveToOuterDisposeScope();
    }

    /// <summary>x · σ(x), in its upper tail as x − x·σ(−x).</summary>
    public static Tensor Silu(this Tensor x)
    {
        if (x.Within(double.NegativeInfinity, Tail))
        {
            return x.silu();
        }

        using var scope = NewDisposeScope();
        var upper = Composed(() => x.Minus(x.Times(x.neg().sigmoid())));
        return upper.where(x.Above(Tail), x.silu()).MoveToOuterDisposeScope();
    }

    /// <summary>e^x / Σ e^x along an axis, of which a share of all but 1 is found as 1 less the others.</summary>
    public static Tensor Softmax(this Tensor x, long axis)
    {
        const double Most = 0.95;
        var shares = x.softmax(axis);
        if (shares.Within(0, Most))
        {
            return shares;
        }

        using var scope = NewDisposeScope();
        using Scalar nothing = 0.0;
        var most = shares.Above(Most);
        return shares.masked_fill(most, nothing).SumOver([axis], keepAxes: true).neg().Plus(1).where(most, shares).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// log(1 + e^(beta·x)) / beta, in its upper tail as x + log(1 + e^(−beta·x)) / beta; x itself where beta·x exceeds the threshold. Composed
    /// of log1p and exp, as TorchSharp's own makes unrooted Scalars.
    /// </summary>
    public static Tensor Softplus(this Tensor x, double beta, double threshold)
    {
        using var scope = NewDisposeScope();
        using Scalar inverse = 1 / beta;
        var scaled = x.Times(beta);
        if (scaled.Within(double.NegativeInfinity, Math.Min(Tail, threshold)))
        {
            return scaled.exp().log1p().mul(inverse).MoveToOuterDisposeScope();
        }

        var (linear, tail) = (scaled.Above(threshold), scaled.Above(Tail));
        var bend = Composed(() => scaled.neg().where(tail, scaled).exp().log1p().mul(inverse));
        return x.where(linear, x.Plus(bend).where(tail, bend)).MoveToOuterDisposeScope();
    }

    /// <summary>log σ(x), as −log(1 + e⁻ˣ).</summary>
    public static Tensor LogSigmoid(this Tensor x) => Composed(() => x.neg().Softplus(beta: 1, threshold: double.PositiveInfinity).neg());

    /// <summary>x / (1 + |x|), in its tails as ±(1 − 1 / (1 + |x|)).</summary>
    public static Tensor Softsign(this Tensor x)
    {
        var share = Composed(() => x.Over(x.abs().Plus(1)));
        if (x.Within(-Tail, Tail))
        {
            return share;
        }

        using var scope = NewDisposeScope();
        using (share)
        {
            var size = Composed(() => x.abs().Plus(1).reciprocal().neg().Plus(1));
            return size.where(x.Above(Tail), size.neg().where(x.Below(-Tail), share)).MoveToOuterDisposeScope();
        }
    }

    /// <summary>
    /// x − tanh x, near zero by the continued fraction of tanh, x / (1 + x² / (3 + x² / (5 + …))), cut after the 17: the difference to x is then
    /// a fraction of two polynomials without a negative coefficient.
    /// </summary>
    public static Tensor Tanhshrink(this Tensor x)
    {
        const double Near = 0.5;
        using var scope = NewDisposeScope();
        using Scalar nothing = 0.0;
        var near = x.detach().abs().Below(Near);
        var small = x.masked_fill(near.logical_not(), nothing);
        var z = small.Squared();
        var fraction = Composed(() => small.Times(z).Times(Polynomial(z, 44, 12_870, 810_810, 11_486_475))
            .Over(Polynomial(z, 45, 13_860, 945_945, 16_216_200, 34_459_425)));
        return fraction.where(near, x.Minus(x.Tanh())).MoveToOuterDisposeScope();
    }

    /// <summary>log of the softmax along an axis. Where a share is all but 1, all are found beside its own number, and it itself by the others.</summary>
    public static Tensor LogSoftmax(this Tensor x, long axis)
    {
        // The logarithm of 0.95.
        const double Most = -0.0513;
        var logs = x.log_softmax(axis);
        if (logs.Within(double.NegativeInfinity, Most))
        {
            return logs;
        }

        using var scope = NewDisposeScope();
        using var plain = logs;
        using Scalar nothing = 0.0;
        using Scalar never = double.NegativeInfinity;
        var most = plain.Above(Most);
        var rows = most.any(axis, keepdim: true);
        var apart = x.Minus(x.masked_fill(most.logical_not(), nothing).SumOver([axis], keepAxes: true));
        var others = apart.masked_fill(most.logical_or(rows.logical_not()), never).exp().SumOver([axis], keepAxes: true);
        return apart.Minus(others.log1p()).where(rows, plain).MoveToOuterDisposeScope();
    }

    /// <summary>x · Φ(x), in its lower tail by the complementary error function.</summary>
    public static Tensor Gelu(this Tensor x)
    {
        if (x.Within(-LowerTailOfGelu, GaussianVanishes))
        {
            return x.gelu();
        }

        using var scope = NewDisposeScope();
        using Scalar nothing = 0.0;
        var near = x.WhereGaussian();
        var lower = Composed(() => near.Times(near.Times(-Math.Sqrt(0.5)).erfc()).Times(0.5));
        var curved = lower.where(x.Below(-LowerTailOfGelu), near.gelu());
        return x.where(x.Above(GaussianVanishes), curved.masked_fill(x.Below(-GaussianVanishes), nothing)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// x · ½(1 + tanh(√(2/π)(x + 0.044715·x³))), as x · σ of twice the argument. In primitive operations: the third derivative of libtorch's
    /// own is NaN where |x| is large.
    /// </summary>
    public static Tensor GeluByTanh(this Tensor x)
    {
        using var scope = NewDisposeScope();
        var near = x.WhereGaussian();
        var argument = near.Plus(near.Squared().Times(near).Times(0.044715)).Times(2 * Math.Sqrt(2 / Math.PI));
        return x.Times(argument.Sigmoid()).MoveToOuterDisposeScope();
    }

    /// <summary>x, brought to where a normal distribution, or what stands for it, is all but 0 or 1 from where its powers overflow.</summary>
    private static Tensor WhereGaussian(this Tensor x)
    {
        using Scalar least = -GaussianVanishes;
        using Scalar most = GaussianVanishes;
        return x.clamp(least, most);
    }

    /// <summary>Coefficients of the highest power first.</summary>
    private static Tensor Polynomial(Tensor z, params ReadOnlySpan<double> coefficients)
    {
        var value = z.Times(coefficients[0]).Plus(coefficients[1]);
        foreach (var coefficient in coefficients[2..])
        {
            value = value.Times(z).Plus(coefficient);
        }

        return value;
    }

    /// <summary>What several operations make, without what stood between them.</summary>
    private static Tensor Composed(Func<Tensor> make)
    {
        using var scope = NewDisposeScope();
        return make().MoveToOuterDisposeScope();
    }
}
