using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Xml;

namespace GradService.Api.Figures.Drawing;

/// <summary>
/// Skia's SVG made fit for any page and any machine: letters become outlines, so that no font is needed; names are made of the picture's
/// contents, so that pictures on one page do not take each other's, and the same picture always has the same bytes; there is no style
/// that a content security policy would forbid; and it says what it is.
/// </summary>
internal sealed class SvgDocument
{
    private const string Svg = "http://www.w3.org/2000/svg";

    /// <summary>Stands for what all names of the picture begin with, until all else is known.</summary>
    private const char Prefix = '\u0001';

    private readonly StringBuilder _body = new();
    private readonly Dictionary<string, string> _names = [];
    private readonly SortedSet<ushort> _glyphs = [];

    private SvgDocument()
    {
    }

    /// <param name="drawn">What Skia wrote.</param>
    /// <param name="width">Of the picture.</param>
    /// <param name="height">The same.</param>
    /// <param name="title">What it is.</param>
    /// <param name="description">What is to be seen.</param>
    public static byte[] Of(Stream drawn, int width, int height, string title, string description)
    {
        var document = new SvgDocument();
        using (var reader = XmlReader.Create(drawn, new XmlReaderSettings
        {
            IgnoreWhitespace = true,
            IgnoreComments = true,
            DtdProcessing = DtdProcessing.Prohibit,
        }))
        {
            while (reader.Read())
            {
                document.Take(reader);
            }
        }

        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture,
            $"<svg xmlns=\"{Svg}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">"))
            .Append("<title>").Append(Escaped(title)).Append("</title><desc>").Append(Escaped(description)).Append("</desc><defs>");
        foreach (var glyph in document._glyphs)
        {
            text.Append(CultureInfo.InvariantCulture, $"<path id=\"{Prefix}{glyph}\" d=\"{FigureFont.OutlineOf(glyph)}\"/>");
        }

        text.Append("</defs>").Append(document._body).Append("</svg>\n");
        var name = XxHash32.HashToUInt32(Encoding.UTF8.GetBytes(text.ToString())).ToString("x8", CultureInfo.InvariantCulture);
        return Encoding.UTF8.GetBytes(text.Replace($"{Prefix}", $"f{name}-").ToString());
    }

    private void Take(XmlReader reader)
    {
        if (reader.NodeType == XmlNodeType.EndElement && reader.LocalName != "svg")
        {
            _body.Append("</").Append(reader.LocalName == "text" ? "g" : reader.LocalName).Append('>');
        }
        else if (reader.NodeType == XmlNodeType.Element && reader.LocalName == "text")
        {
            TakeText(reader);
        }
        else if (reader.NodeType == XmlNodeType.Element && reader.LocalName != "svg")
        {
            TakeElement(reader);
        }
    }

    private void TakeElement(XmlReader reader)
    {
        var isEmpty = reader.IsEmptyElement;
        _body.Append('<').Append(reader.LocalName);
        if (reader.LocalName == "image")
        {
            // Cells have edges, at any size.
            _body.Append(" image-rendering=\"pixelated\"");
        }

        while (reader.MoveToNextAttribute())
        {
            if (reader.LocalName != "xmlns" && reader.LocalName != "stroke-miterlimit")
            {
                _body.Append(' ').Append(reader.LocalName).Append("=\"");
                AppendValue(reader.LocalName, reader.Value);
                _body.Append('"');
            }
        }

        _body.Append(isEmpty ? "/>" : ">");
    }

    private void AppendValue(string attribute, string value)
    {
        if (attribute == "id")
        {
            _body.Append(NameOf(value));
        }
        else if (value.StartsWith("url(#", StringComparison.Ordinal))
        {
            _body.Append("url(#").Append(NameOf(value[5..^1])).Append(')');
        }
        else if (attribute == "href" && value.StartsWith('#'))
        {
            _body.Append('#').Append(NameOf(value[1..]));
        }
        else if (attribute is "d" or "x" or "y" or "width" or "height" or "cx" or "cy" or "rx" or "ry" or "r"
            || (attribute == "transform" && value.StartsWith("translate", StringComparison.Ordinal)))
        {
            SvgPath.AppendRounded(_body, value);
        }
        else
        {
            _body.Append(attribute.EndsWith("opacity", StringComparison.Ordinal) ? Shortened(value) : Escaped(value));
        }
    }

    /// <summary>Skia numbers names through the life of the process; here they count from the beginning of the picture.</summary>
    private string NameOf(string name)
    {
        if (!_names.TryGetValue(name, out var own))
        {
            _names[name] = own = $"{Prefix}c{_names.Count.ToString(CultureInfo.InvariantCulture)}";
        }

        return own;
    }

    private void TakeText(XmlReader reader)
    {
        var (size, places, height, transform) = (12.0, Array.Empty<string>(), 0.0, "");
        _body.Append("<g");
        while (reader.MoveToNextAttribute())
        {
            switch (reader.LocalName)
            {
                case "x":
                    places = reader.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                    break;
                case "y":
                    height = Number(reader.Value.Split(',')[0]);
                    break;
                case "font-size":
                    size = Number(reader.Value);
                    break;
                case "transform":
                    transform = reader.Value;
                    break;
                case "fill" or "fill-opacity":
                    _body.Append(' ').Append(reader.LocalName).Append("=\"")
                        .Append(reader.LocalName == "fill" ? reader.Value : Shortened(reader.Value)).Append('"');
                    break;
            }
        }

        var scale = size / FigureFont.Typeface.UnitsPerEm;
        _body.Append(" transform=\"");
        SvgPath.AppendRounded(_body, transform);
        _body.Append(CultureInfo.InvariantCulture, $"scale({scale:0.#####})\">");
        reader.MoveToElement();
        reader.Read();
        var place = 0;
        foreach (var rune in reader.Value.Trim().EnumerateRunes())
        {
            if (place < places.Length && FigureFont.Typeface.GetGlyph(rune.Value) is not 0 and var glyph && FigureFont.OutlineOf(glyph).Length > 0)
            {
                _glyphs.Add(glyph);
                _body.Append(CultureInfo.InvariantCulture,
                    $"<use href=\"#{Prefix}{glyph}\" x=\"{Number(places[place]) / scale:0}\" y=\"{height / scale:0}\"/>");
            }

            place++;
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static string Shortened(string number) => Number(number).ToString("0.###", CultureInfo.InvariantCulture);

    private static string Escaped(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("\"", "&quot;", StringComparison.Ordinal);
}
