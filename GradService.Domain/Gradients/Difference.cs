namespace GradService.Domain.Gradients;

/// <summary>A difference quotient at one step, or a sum of some.</summary>
/// <param name="Central">(f(x + h) − f(x − h)) / 2h.</param>
/// <param name="Apart">How far the one-sided differences are from each other; NaN where f(x) was not looked at.</param>
/// <param name="Noise">What rounding makes of the quotient, as estimated.</param>
/// <param name="Magnitude">The size of f over the scale of x.</param>
/// <param name="Terms">The size of the terms that the derivative is summed from, as estimated: what rounding of an answer is relative to.</param>
/// <param name="IsScaled">Whether the spread of x says how far it may move.</param>
/// <param name="AcrossKink">Whether it reaches across a point without a derivative of its order.</param>
internal readonly record struct Difference(double Central, double Apart, double Noise, double Magnitude, double Terms, bool IsScaled, bool AcrossKink)
{
    /// <summary>Of values at three points.</summary>
    /// <param name="above">f(x + up).</param>
    /// <param name="centre">f(x); NaN where it is not known.</param>
    /// <param name="below">f(x − down).</param>
    /// <param name="up">The step up, as it came out in double precision.</param>
    /// <param name="down">The step down.</param>
    public static Difference Of(double above, double centre, double below, double up, double down) =>
        default(Difference) with { Central = (above - below) / (up + down), Apart = ((above - centre) / up) - ((centre - below) / down) };

    /// <summary>Whether it says anything.</summary>
    public bool IsUsable => !AcrossKink && double.IsFinite(Central);

    public static Difference operator +(Difference a, Difference b) => new(a.Central + b.Central, Math.Abs(a.Apart) + Math.Abs(b.Apart),
        Math.Sqrt((a.Noise * a.Noise) + (b.Noise * b.Noise)), Math.Max(a.Magnitude, b.Magnitude), Math.Max(a.Terms, b.Terms), a.IsScaled && b.IsScaled,
        a.AcrossKink || b.AcrossKink);
}
