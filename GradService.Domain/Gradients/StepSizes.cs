using GradService.Domain.Arrays;

namespace GradService.Domain.Gradients;

/// <summary>
/// By how much numbers are moved for finite differences: by 1e-5·max(1, |x|) where their spread is about as large as that, else by as
/// much of the spread, and more where an offset costs digits.
/// </summary>
internal sealed class StepSizes
{
    /// <summary>The usual step, relative to max(1, |x|).</summary>
    public const double Relative = 1e-5;

    // A spread is about as large as max(1, |x|) up to this factor.
    private const double About = 64;

    // The least step in units of the last place of x, so that what x + h loses is little of h.
    private const double LeastUlps = 1024;

    private readonly double[] _values;
    private readonly (double Spread, double Offset)[] _columns;
    private bool? _areUsual;

    private StepSizes(double[] values, (double Spread, double Offset)[] columns) => (_values, _columns) = (values, columns);

    /// <summary>Whether the step of every element is the usual one.</summary>
    public bool AreUsual => _areUsual ??= Enumerable.Range(0, _values.Length).All(element => this[element].IsUsual);

    /// <summary>Of a batch [N, D], flat: each column has a spread of its own, half its range.</summary>
    public static StepSizes OfColumns(double[] inputs, long d)
    {
        var (least, most) = (new double[d], new double[d]);
        Array.Fill(least, double.PositiveInfinity);
        Array.Fill(most, double.NegativeInfinity);
        for (var element = 0L; element < inputs.Length; element++)
        {
            var column = element % d;
            least[column] = Math.Min(least[column], inputs[element]);
            most[column] = Math.Max(most[column], inputs[element]);
        }

        return new StepSizes(inputs, [.. least.Zip(most, (low, high) => ((high - low) / 2, Math.Max(Math.Abs(low), Math.Abs(high))))]);
    }

    /// <summary>Of a parameter: its largest value stands for the spread.</summary>
    public static StepSizes OfParameter(double[] values)
    {
        var largest = values.Max(Math.Abs);
        return new StepSizes(values, [(largest, largest)]);
    }

    /// <summary>The step of an element.</summary>
    public StepSize this[long element]
    {
        get
        {
            var x = Math.Abs(_values[element]);
            var usual = Usual(x);
            var (spread, offset) = _columns[element % _columns.Length];
            if (spread == 0 || !double.IsFinite(spread) || (spread >= usual / About && spread <= usual * About))
            {
                return new StepSize(Relative * usual, Relative, usual, spread > 0 ? spread : usual) { IsUsual = true, IsScaled = spread > 0 };
            }

            // Rounding costs eps·offset/h, curvature (h/spread)²: both stay the same size by the cube root.
            var size = Relative * spread * Math.Min(1e3, Math.Cbrt(Math.Max(1, offset / (8 * spread))));
            size = Math.Max(size, LeastUlps * Dtype.Float64.Epsilon() * x);
            var whole = Math.Max(usual, spread);
            return new StepSize(size, size / whole, whole, spread) { IsScaled = true };
        }
    }

    private static double Usual(double x) => Math.Max(1, Math.Abs(x));
}

/// <summary>A step.</summary>
/// <param name="Size">By how much the element moves.</param>
/// <param name="Relative">The same relative to <paramref name="Base"/>.</param>
/// <param name="Base">max(1, |x|), or the spread where that is larger.</param>
/// <param name="Scale">How far x moves until what depends on it has changed, as estimated.</param>
internal readonly record struct StepSize(double Size, double Relative, double Base, double Scale)
{
    /// <summary>Whether it is 1e-5·max(1, |x|).</summary>
    public bool IsUsual { get; init; }

    /// <summary>Whether the scale is the spread's; else it is a guess.</summary>
    public bool IsScaled { get; init; }
}
