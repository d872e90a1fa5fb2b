using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using ScottPlot;
using SkiaSharp;

namespace GradService.Api.Figures.Drawing;

/// <summary>
/// The one font of figures, built into the assembly: no font of the machine is ever used, so that a text is as long and looks the same
/// everywhere.
/// </summary>
internal static class FigureFont
{
    /// <summary>What ScottPlot knows it by.</summary>
    public const string Name = "DejaVu Sans Condensed";

    private const string Ellipsis = "…";
    private const char Unknown = '\uFFFD';
    private static readonly ConcurrentDictionary<ushort, string> Outlines = new();

    /// <summary>The font itself. ScottPlot's list of fonts is the process's, and is changed this once, before the first plot.</summary>
    public static SKTypeface Typeface { get; } = Register();

    /// <summary>The font at a size, its letters placed as they are designed and not by the pixels of a screen.</summary>
    public static SKFont At(float size) => new(Typeface, size) { Subpixel = true, Hinting = SKFontHinting.None, Edging = SKFontEdging.Antialias };

    /// <summary>How wide a text is.</summary>
    public static float WidthOf(string text, float size)
    {
        using var font = At(size);
        return font.MeasureText(text);
    }

    /// <summary>A text whose every character the font has, on one line.</summary>
    public static string Drawable(string text)
    {
        var drawable = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            drawable.Append(Rune.IsWhiteSpace(rune) ? " " : Typeface.GetGlyph(rune.Value) == 0 ? $"{Unknown}" : rune.ToString());
        }

        return drawable.ToString().Trim();
    }

    /// <summary>A text that fits a width, shortened where it must be.</summary>
    public static string Fitted(string text, float size, float width)
    {
        var drawable = Drawable(text);
        using var font = At(size);
        if (font.MeasureText(drawable) <= width)
        {
            return drawable;
        }

        var room = font.BreakText(drawable, width - font.MeasureText(Ellipsis));
        if (room > 0 && char.IsHighSurrogate(drawable[room - 1]))
        {
            room--;
        }

        return room <= 0 ? "" : drawable[..room].TrimEnd() + Ellipsis;
    }

    /// <summary>The outline of a glyph as the data of an SVG path, in units of the font.</summary>
    public static string OutlineOf(ushort glyph) => Outlines.GetOrAdd(glyph, static each =>
    {
        using var font = At(Typeface.UnitsPerEm);
        using var path = font.GetGlyphPath(each);
        return path is null ? "" : SvgPath.Of(path);
    });

    private static SKTypeface Register()
    {
        using var file = Assembly.GetExecutingAssembly().GetManifestResourceStream("DejaVuSansCondensed.ttf")!;
        using var data = SKData.Create(file);
        var typeface = SKTypeface.FromData(data);
        ScottPlot.Fonts.FontResolvers.Insert(0, new Resolver(typeface));
        ScottPlot.Fonts.Default = Name;
        return typeface;
    }

    /// <summary>Answers with the one font whatever is asked for.</summary>
    private sealed class Resolver(SKTypeface typeface) : IFontResolver
    {
        public SKTypeface CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) => typeface;

        public SKTypeface CreateTypeface(string fontName, bool bold, bool italic) => typeface;
    }
}
