using GradService.Domain.Faults;
using GradService.Domain.Objectives;

namespace GradService.Api.Figures.Panels;

/// <summary>A loss in each variant: what it comes to, and where its parameter gradient points.</summary>
internal static class TermsPanels
{
    /// <summary>Values and cosines.</summary>
    public const int Count = 2;

    /// <summary>Parts of a bar that can be told apart.</summary>
    private const int MostParts = 5;

    /// <exception cref="FaultException">No variant could be computed.</exception>
    public static IReadOnlyList<Panel> Of(ObjectiveComparisonResult comparison, string? title)
    {
        var terms = comparison.Results.FirstOrDefault(each => each.Result is not null)?.Result!.Terms ?? throw comparison.Results[0].Error!;
        var isSplit = terms.Count is > 1 and <= MostParts
            && comparison.Results.All(each => each.Result?.Terms.All(term => term.Weight * term.Value >= 0) ?? true);
        var blind = comparison.Results.Select(IsBlind).ToList();
        var names = comparison.Results.Select((each, index) => NameOf(each.Variant, index)).ToList();
        var values = comparison.Results.Select((each, index) => each.Result is null
            ? new BarRow(names[index], [], "cannot be computed", false)
            : new BarRow(names[index], isSplit ? [.. each.Result.Terms.Select(term => term.Weight * term.Value)] : [each.Result.Value],
                Amount.Of(each.Result.Value) + (blind[index] ? ", blind" : ""), blind[index])).ToList();
        var cosines = comparison.Results.Select((each, index) => each.GradientCosine is not { } cosine
            ? new BarRow(names[index], [], "none", false)
            : new BarRow(names[index], [cosine], Cosine(cosine), blind[index])).ToList();
        var prefix = title is null ? "" : $"{title}: ";
        return
        [
            new BarsPanel($"{prefix}value of the loss",
                blind.Any(each => each) ? "blind: derivatives of a term vanish identically" : isSplit ? "Σ weight · value, by term" : "Σ weight · value")
            {
                Rows = values,
                Parts = isSplit ? [.. terms.Select(term => term.Name)] : [],
                Reach = (0, 0),
            },
            new BarsPanel($"{prefix}cosine of the gradient", "with the parameter gradient of variant c") { Rows = cosines, Reach = (0, 1) },
        ];
    }

    private static bool IsBlind(ObjectiveVariantResult variant) =>
        variant.Result?.Diagnostics.Findings.Any(finding => finding.Code == "objective-blind") ?? false;

    private static string Cosine(double cosine) =>
        double.IsNaN(cosine) ? "NaN" : cosine.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture).Replace('-', '−');

    private static string NameOf(ObjectiveVariant variant, int index) => $"{variant.Letter ?? $"{index}"}  {variant.Mode.Name}"
        + (variant.Mode.GradientFlows ? variant.Derivative == InputDerivative.Sum ? ", sum" : ", perSample" : "")
        + (variant is { Mode.GradientFlows: false, ThroughStatistics: false, Letter: not "f" } ? ", partial" : "");
}
