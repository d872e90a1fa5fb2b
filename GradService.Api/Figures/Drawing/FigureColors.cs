using ScottPlot;

namespace GradService.Api.Figures.Drawing;

/// <summary>The colours of a theme. Those that carry a meaning are Okabe and Ito's, which all kinds of colour vision tell apart.</summary>
/// <param name="Background">Behind everything.</param>
/// <param name="Text">Words, ticks and frames.</param>
/// <param name="Muted">What stands back: captions, helper lines.</param>
/// <param name="Grid">Lines at ticks.</param>
/// <param name="Output">The output.</param>
/// <param name="Derivatives">The derivatives, by their order.</param>
/// <param name="Mark">What is to stand out.</param>
/// <param name="Parts">The parts of a bar.</param>
internal sealed record FigureColors(Color Background, Color Text, Color Muted, Color Grid, Color Output, IReadOnlyList<Color> Derivatives, Color Mark,
    IReadOnlyList<Color> Parts)
{
    private static readonly Color Orange = Color.FromHex("#E69F00");
    private static readonly Color SkyBlue = Color.FromHex("#56B4E9");
    private static readonly Color BluishGreen = Color.FromHex("#009E73");
    private static readonly Color Yellow = Color.FromHex("#F0E442");
    private static readonly Color Blue = Color.FromHex("#0072B2");
    private static readonly Color Vermillion = Color.FromHex("#D55E00");
    private static readonly Color ReddishPurple = Color.FromHex("#CC79A7");

    public static FigureColors Of(FigureTheme theme) => theme == FigureTheme.Light ? Light : Dark;

    private static FigureColors Light { get; } = new(
        Color.FromHex("#FFFFFF"), Color.FromHex("#1B1F24"), Color.FromHex("#59636E"), Color.FromHex("#E4E7EB"),
        Blue, [Vermillion, BluishGreen, ReddishPurple, Orange], Vermillion, [Blue, Orange, BluishGreen, ReddishPurple, SkyBlue]);

    private static FigureColors Dark { get; } = new(
        Color.FromHex("#14171C"), Color.FromHex("#E6E9ED"), Color.FromHex("#A3ACB8"), Color.FromHex("#2C323A"),
        SkyBlue, [Orange, BluishGreen, ReddishPurple, Yellow], Vermillion, [SkyBlue, Orange, BluishGreen, ReddishPurple, Yellow]);
}
