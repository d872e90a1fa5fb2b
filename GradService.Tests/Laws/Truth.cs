using System.Globalization;
using GradService.Domain.Arrays;

namespace GradService.Tests.Laws;

/// <summary>What double precision knows of derivatives that were computed in single precision.</summary>
/// <param name="Answer">In single precision.</param>
/// <param name="Exact">The same in double precision.</param>
/// <param name="Held">In double precision with all statistics held constant; null where samples are not coupled.</param>
/// <param name="Scale">The size at which they make the outputs what they are over the inputs' range.</param>
internal sealed record Truth(NdArray Answer, NdArray Exact, NdArray? Held, double Scale)
{
    private const double Eps = 1.1920929e-7;

    /// <summary>What single precision lost.</summary>
    public double Error { get; } = Answer.MaxDifference(Exact);

    private double Size { get; } = Exact.MaxAbsolute();

    private double Detached => Held?.MaxAbsolute() ?? Size;

    // What single precision cannot hold.
    private bool IsTiny => Detached is > 0 and < 1e-30;

    /// <summary>How much the statistics make.</summary>
    public double Difference => Exact.MaxDifference(Held!);

    /// <summary>Whether no digit of the answer is right, where with the statistics held constant it is not small.</summary>
    public bool? VanishesByMode => IsTiny ? null
        : Held is null ? false
        : Detached <= 30 * Eps * Scale ? (Detached < 0.1 * Eps * Scale ? false : null)
        : Error < 0.03 * Size || Size > 0.03 * Detached ? false
        : Size <= 0.1 * Error && Size < 1e-3 * Detached && Detached > 1e3 * Eps * Scale && Answer.MaxAbsolute() < 0.3 * Detached ? true : null;

    /// <summary>Whether they change nothing in single precision by far with the statistics held constant, or are far from that.</summary>
    public bool? IsFlat => IsTiny ? null
        : Detached <= 1e-4 * Eps * Scale && (Size <= 1e-4 * Eps * Scale || Size <= 0.1 * Error) ? true
        : Detached > 30 * Eps * Scale ? false : null;

    /// <summary>Whether they are zero as far as can be told, for either reason.</summary>
    public bool? Vanish => Or(VanishesByMode, IsFlat);

    /// <summary>Whether the statistics' part is more than a thousandth, and more than rounding.</summary>
    public bool? Differ
    {
        get
        {
            if (Held is null)
            {
                return false;
            }

            return IsTiny ? null : Difference > 1.3e-3 * Detached && Difference > 20 * Error && Difference > 30 * Eps * Scale ? true
                : Difference < 0.7e-3 * Detached && Error < 0.3e-3 * Detached ? false : null;
        }
    }

    /// <summary>Fails unless a sentence says how much the statistics make, to the digits that it writes and single precision has.</summary>
    /// <param name="before">What stands before the number.</param>
    /// <param name="sentence">The sentence.</param>
    /// <param name="single">What is held, in single precision, as the service saw it.</param>
    /// <param name="where">The case.</param>
    public void AssertSaid(string before, string sentence, NdArray single, string where)
    {
        var number = sentence[(sentence.IndexOf(before, StringComparison.Ordinal) + before.Length)..];
        var said = double.Parse(string.Concat(number.TakeWhile(letter => letter is not (',' or ' '))).TrimEnd('.'), CultureInfo.InvariantCulture);
        Assert.True(Math.Abs(said - Difference) <= (0.01 * Difference) + (3 * (Error + Held!.MaxDifference(single))),
            $"{said} instead of {Difference:G4}: {sentence} ({where})");
    }

    /// <summary>The numbers, for whoever looks into a case.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"single {Answer.MaxAbsolute():G3} double {Size:G3} error {Error:G3} held {Detached:G3} scale {Scale:G3}");

    public static bool? Or(bool? a, bool? b) => a == true || b == true ? true : a is null || b is null ? null : false;

    /// <summary>How far the widest column of [N, D] ranges; 1 where none does.</summary>
    public static double Range(NdArray inputs)
    {
        var range = Enumerable.Range(0, (int)inputs.Shape[1]).Max(column =>
        {
            var values = Enumerable.Range(0, (int)inputs.Shape[0]).Select(row => inputs[(row * inputs.Shape[1]) + column]).ToList();
            return values.Max() - values.Min();
        });
        return range > 0 ? range : 1;
    }
}
