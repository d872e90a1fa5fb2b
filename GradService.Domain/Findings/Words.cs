using System.Globalization;
using GradService.Domain.Arrays;

namespace GradService.Domain.Findings;

/// <summary>Numbers and lists as findings write them.</summary>
internal static class Words
{
    /// <summary>Three significant digits: 0.52, 6.1E-06.</summary>
    public static string Of(double number) => number.ToString("G3", CultureInfo.InvariantCulture);

    /// <summary>Six significant digits, for numbers that are close to another: 0.999873.</summary>
    public static string Exact(double number) => number.ToString("G6", CultureInfo.InvariantCulture);

    public static string Of(Dtype dtype) => dtype == Dtype.Float32 ? "float32" : "float64";

    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:G3}%");

    /// <summary>How much of a whole a part is, with the size of the whole, to go on a sentence; a whole of zero has no shares.</summary>
    public static string OfWhole(double part, double whole, string name) =>
        whole > 0 ? $", {Percent(part / whole)} of the {name}, {Of(whole)}" : $", where the {name} is 0";

    /// <summary>A phrase as a sentence begins with it; names such as u_xx stay as they are.</summary>
    public static string Sentence(string phrase) => phrase.StartsWith("the ", StringComparison.Ordinal) ? $"T{phrase[1..]}" : phrase;

    /// <summary>"1 value", "7 values".</summary>
    public static string Count(long count, string noun) => $"{count} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>The first few names, and how many more.</summary>
    public static string Names(IEnumerable<string> names) => First(names, 5);

    /// <summary>Layers and parameters, of which more are told: each has to be mended.</summary>
    public static string Layers(IEnumerable<string> names) => First(names, 20);

    private static string First(IEnumerable<string> names, int most)
    {
        var all = names.ToList();
        return string.Join(", ", all.Take(most)) + (all.Count > most ? $" and {all.Count - most} more" : "");
    }
}
