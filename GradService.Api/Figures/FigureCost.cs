using GradService.Api.Figures.Panels;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;

namespace GradService.Api.Figures;

/// <summary>What drawing takes beside the answer that is drawn, estimated from sizes.</summary>
internal static class FigureCost
{
    // Coordinates, output and slope as numbers and as points of the picture, sorted and thinned.
    private const long BytesOfSample = 256;
    private const long NanosecondsOfSample = 500;

    // What Skia writes, read as XML, as text and as bytes.
    private const long SvgBytes = 8L << 20;

    // Axes and letters of a panel, and what encodes the picture.
    private const long NanosecondsOfPanel = 10_000_000;
    private const long NanosecondsOfPicture = 20_000_000;
    private const long NanosecondsOfPixel = 30;

    /// <summary>Of panels of one request.</summary>
    /// <param name="kind">What they show.</param>
    /// <param name="panels">How many they are, one after the other.</param>
    /// <param name="samples">N.</param>
    /// <param name="size">The network.</param>
    public static Cost Panels(FigureKind kind, int panels, long samples, NetworkSize size)
    {
        var each = kind == FigureKind.Coupling ? CouplingMap.CostOf(samples, size) : new Cost(samples * BytesOfSample, 0, samples * NanosecondsOfSample);
        return each with { Work = panels * (each.Work + NanosecondsOfPanel) };
    }

    /// <summary>Of the picture: the pixels and their encoding, or the document.</summary>
    public static Cost Picture(FigureSpec spec)
    {
        var pixels = (long)spec.Width * spec.Height;
        return spec.Format == FigureFormat.Png
            ? new Cost(8 * pixels, 0, NanosecondsOfPicture + (pixels * NanosecondsOfPixel))
            : new Cost(SvgBytes, 0, NanosecondsOfPicture);
    }
}
