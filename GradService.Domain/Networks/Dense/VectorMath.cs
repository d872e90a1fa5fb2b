using System.Numerics;
using System.Runtime.CompilerServices;

namespace GradService.Domain.Networks.Dense;

/// <summary>
/// Functions of many numbers at once, in double precision. T is the precision that results are rounded to, float or double: series are
/// as long as it takes for that, so that singles come out rounded rightly all but always, as libtorch's do, also near zero, where what
/// e.g. eˣ − 1 would lose by subtraction BatchNorm may scale up again. NaN stays NaN, infinities go to the limits.
/// </summary>
internal static class VectorMath
{
    /// <summary>a·b + c, rounded once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> MultiplyAdd<T>(Vector<T> a, Vector<T> b, Vector<T> c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => typeof(T) == typeof(float)
            ? Vector.FusedMultiplyAdd(a.As<T, float>(), b.As<T, float>(), c.As<T, float>()).As<float, T>()
            : Vector.FusedMultiplyAdd(a.As<T, double>(), b.As<T, double>(), c.As<T, double>()).As<double, T>();

    /// <summary>
    /// eˣ and eˣ − 1 for x ≤ 0: with n = x/ln 2 rounded, x = n·ln 2 + r, they are 2ⁿ·eʳ and 2ⁿ·(eʳ − 1) + 2ⁿ − 1, eʳ − 1 by Taylor's
    /// series. Below −708 they are 0 and −1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector<double> Power, Vector<double> MinusOne) ExpOfNegative<T>(Vector<double> x)
    {
        // Adding 1.5·2⁵² leaves n in the lowest bits.
        const double Rounding = 6755399441055744;
        var least = new Vector<double>(-708);
        var vanishes = Vector.LessThan(x, least);

        // The second of the two where one is NaN.
        x = Vector.MaxNative(least, x);
        var shifted = Vector.FusedMultiplyAdd(x, new Vector<double>(1 / 0.693147180559945309417), new Vector<double>(Rounding));
        var n = shifted - new Vector<double>(Rounding);
        var r = Vector.FusedMultiplyAdd(n, new Vector<double>(-0.6931471805599453), x);
        Vector<double> series;
        if (typeof(T) == typeof(float))
        {
            series = Polynomial(r, [1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5]);
        }
        else
        {
            // What ln 2 has beyond double precision.
            r = Vector.FusedMultiplyAdd(n, new Vector<double>(-2.3190468138462996E-17), r);
            series = Polynomial(r,
            [
                1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880,
                1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5,
            ]);
        }

        var inner = Vector.FusedMultiplyAdd(series * r, r, r);
        var scale = ((shifted.As<double, long>() << 52) + Vector<double>.One.As<double, long>()).As<long, double>();
        var power = Vector.FusedMultiplyAdd(scale, inner, scale);
        return (Vector.ConditionalSelect(vanishes, Vector<double>.Zero, power), Vector.FusedMultiplyAdd(scale, inner, scale - Vector<double>.One));
    }

    /// <summary>1 / (1 + e⁻ˣ) and its slope.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector<double> Value, Vector<double> Slope) Sigmoid<T>(Vector<double> x)
    {
        var power = ExpOfNegative<T>(-Vector.Abs(x)).Power;
        var larger = Vector<double>.One / (Vector<double>.One + power);
        var smaller = power * larger;
        return (Vector.ConditionalSelect(Vector.GreaterThan(x, Vector<double>.Zero), larger, smaller), smaller * larger);
    }

    /// <summary>
    /// The hyperbolic tangent, t = −m / (m + 2) with the sign of x, m = e^(−2|x|) − 1; and its slope, e^(−2|x|)·(1 + |t|)². In double precision it
    /// is 1 − t², but in the tails, where the subtraction would leave rounding.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector<double> Value, Vector<double> Slope) Tanh<T>(Vector<double> x)
    {
        var (power, minusOne) = ExpOfNegative<T>(Vector.Abs(x) * new Vector<double>(-2));
        var negative = minusOne / (minusOne + new Vector<double>(2));
        var onePlus = Vector<double>.One - negative;
        var slope = power * onePlus * onePlus;
        if (typeof(T) == typeof(double))
        {
            // The tangent of 3.
            var tail = Vector.LessThan(negative, new Vector<double>(-0.995));
            slope = Vector.ConditionalSelect(tail, slope, Vector<double>.One - (negative * negative));
        }

        return (Vector.CopySign(negative, x), slope);
    }

    /// <summary>
    /// x − t, t the hyperbolic tangent of x; within ±½ by the latter's continued fraction, cut after the 17, which leaves a fraction of two
    /// polynomials without a negative coefficient.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> Tanhshrink(Vector<double> x, Vector<double> tangent)
    {
        var z = x * x;
        var near = x * z * Polynomial(z, [44, 12_870, 810_810, 11_486_475]) / Polynomial(z, [45, 13_860, 945_945, 16_216_200, 34_459_425]);
        return Vector.ConditionalSelect(Vector.LessThan(Vector.Abs(x), new Vector<double>(0.5)), near, x - tangent);
    }

    /// <summary>
    /// log(1 + eˣ) as max(x, 0) + log(1 + p), p = e^(−|x|), the latter by the series of 2·artanh(p / (2 + p)); and its slope, the sigmoid.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (Vector<double> Value, Vector<double> Slope) Softplus<T>(Vector<double> x)
    {
        var power = ExpOfNegative<T>(-Vector.Abs(x)).Power;
        var z = power / (power + new Vector<double>(2));
        Vector<double> series;
        if (typeof(T) == typeof(float))
        {
            series = Polynomial(z * z, [2.0 / 19, 2.0 / 17, 2.0 / 15, 2.0 / 13, 2.0 / 11, 2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3, 2]);
        }
        else
        {
            series = Polynomial(z * z,
            [
                2.0 / 33, 2.0 / 31, 2.0 / 29, 2.0 / 27, 2.0 / 25, 2.0 / 23, 2.0 / 21,
                2.0 / 19, 2.0 / 17, 2.0 / 15, 2.0 / 13, 2.0 / 11, 2.0 / 9, 2.0 / 7, 2.0 / 5, 2.0 / 3, 2,
            ]);
        }

        var positive = Vector.GreaterThan(x, Vector<double>.Zero);
        var larger = Vector<double>.One / (Vector<double>.One + power);
        return (Vector.ConditionalSelect(positive, x, Vector<double>.Zero) + (series * z), Vector.ConditionalSelect(positive, larger, power * larger));
    }

    /// <summary>
    /// The error function and 1: 1 + x·P(x²)/Q(x²) within ±1, else e^(−x²)·P(|x|)/Q(|x|), of which the difference to 2 where x is positive
    /// (Moshier's Cephes).
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<double> ErfPlusOne<T>(Vector<double> x)
    {
        var z = x * x;
        var near =
            x * Polynomial(z, [9.60497373987051638749, 9.00260197203842689217E1, 2.23200534594684319226E3, 7.00332514112805075473E3, 5.55923013010394962768E4])
                / Polynomial(z, [1, 3.35617141647503099647E1, 5.21357949780152679795E2, 4.59432382970980127987E3, 2.26290000613890934246E4,
                    4.92673942608635921086E4]);

        // Beyond 27 e^(−x²) is 0 in either precision; the polynomials would overflow.
        var (size, most) = (Vector.Abs(x), new Vector<double>(27));
        var within = Vector.ConditionalSelect(Vector.GreaterThan(size, most), most, size);
        var ratio = Polynomial(within,
            [
                2.46196981473530512524E-10, 5.64189564831068821977E-1, 7.46321056442269912687, 4.86371970985681366614E1, 1.96520832956077098242E2,
                5.26445194995477358631E2, 9.34528527171957607540E2, 1.02755188689515710272E3, 5.57535335369399327526E2,
            ])
            / Polynomial(within,
            [
                1, 1.32281951154744992508E1, 8.67072140885989742329E1, 3.54937778887819891062E2, 9.75708501743205489753E2, 1.82390916687909736289E3,
                2.24633760818710981792E3, 1.65666309194161350182E3, 5.57535340817727675546E2,
            ]);
        var eight = new Vector<double>(8);
        if (Vector.GreaterThanAny(within, eight))
        {
            ratio = Vector.ConditionalSelect(Vector.GreaterThan(within, eight), FarRatio(within), ratio);
        }

        var tail = ExpOfNegative<T>(-within * within).Power * ratio;
        var outer = Vector.ConditionalSelect(Vector.GreaterThan(x, Vector<double>.Zero), new Vector<double>(2) - tail, tail);
        return Vector.ConditionalSelect(Vector.LessThan(size, Vector<double>.One), Vector<double>.One + near, outer);
    }

    /// <summary>e^(x²)·erfc(x) beyond 8. Seldom asked for, so kept out of the way of the rest.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector<double> FarRatio(Vector<double> x) =>
        Polynomial(x,
            [
                5.64189583547755073984E-1, 1.27536670759978104416, 5.01905042251180477414, 6.16021097993053585195, 7.40974269950448939160,
                2.97886665372100240670,
            ])
            / Polynomial(x,
            [
                1, 2.26052863220117276590, 9.39603524938001434673, 1.20489539808096656605E1, 1.70814450747565897222E1, 9.60896809063285878198,
                3.36907645100081516050,
            ]);

    /// <summary>Coefficients of the highest power first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<double> Polynomial(Vector<double> x, ReadOnlySpan<double> coefficients)
    {
        var value = new Vector<double>(coefficients[0]);
        for (var i = 1; i < coefficients.Length; i++)
        {
            value = Vector.FusedMultiplyAdd(value, x, new Vector<double>(coefficients[i]));
        }

        return value;
    }
}
