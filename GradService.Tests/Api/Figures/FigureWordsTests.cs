using GradService.Api.Figures.Drawing;
using GradService.Api.Figures.Panels;
using GradService.Domain.Findings;
using GradService.Tests.House;

namespace GradService.Tests.Api.Figures;

/// <summary>Words in pictures: every finding has some, they fit, and the font has their letters.</summary>
public sealed class FigureWordsTests
{
    [Fact]
    public void Every_finding_has_a_headline_and_no_other_code() =>
        Assert.Equal(FindingTable.All.Select(rule => rule.Code).Order(), FindingHeadlines.Codes.Order());

    [Fact]
    public void Headlines_fit_above_the_narrowest_panel_that_five_share() =>
        Assert.All(FindingHeadlines.Codes.Select(code => FindingHeadlines.Of([new Finding(code, Severity.Info, "")], "")),
            words => Assert.InRange(FigureFont.WidthOf(words, 11), 1, 230));

    [Fact]
    public void The_font_has_every_sign_that_figures_use() =>
        Assert.Equal("‖∂yⱼ/∂xᵢ‖ ≠ Σ²³⁴ 10⁻⁶ x₁ x₂ − × ∞ … ·", FigureFont.Drawable("‖∂yⱼ/∂xᵢ‖ ≠ Σ²³⁴ 10⁻⁶ x₁ x₂ − × ∞ … ·"));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData(" two\nlines\t", "two lines")]
    [InlineData("bell\u0007", "bell\uFFFD")]
    [InlineData("<&\">", "<&\">")]
    [InlineData("中文", "\uFFFD\uFFFD")]
    public void What_the_font_has_not_is_shown_as_unknown(string text, string drawable) => Assert.Equal(drawable, FigureFont.Drawable(text));

    [Fact]
    public void Half_a_character_is_unknown_too() => Assert.Equal("a\uFFFDb", FigureFont.Drawable("a\uD83Db"));

    [Fact]
    public void A_text_is_shortened_to_its_room()
    {
        Assert.Equal("short", FigureFont.Fitted("short", 12, 100));
        var fitted = FigureFont.Fitted("a text that is much too long for it", 12, 100);
        Assert.EndsWith("…", fitted, StringComparison.Ordinal);
        Assert.InRange(FigureFont.WidthOf(fitted, 12), 60, 100);
        Assert.Equal("", FigureFont.Fitted("text", 12, 3));
    }

    [Fact]
    public void No_font_of_the_machine_is_asked_for() =>
        Assert.Same(FigureFont.Typeface,
            ScottPlot.Fonts.GetTypeface("Arial", ScottPlot.FontWeight.Bold, ScottPlot.FontSlant.Italic, ScottPlot.FontSpacing.Normal));
}
