using GradService.Api.Figures.Panels;

namespace GradService.Api.Figures;

/// <summary>Bytes of memory that drawing takes beside the answer that is drawn, estimated from sizes.</summary>
internal static class FigureCost
{
    // Coordinates, output and slope as numbers and as points of the picture, sorted and thinned.
    private const long BytesOfSample = 256;

    // What Skia writes, read as XML, as text and as bytes.
    private const long Svg = 8L << 20;

    /// <summary>Of one panel.</summary>
    /// <param name="kind">What it shows.</param>
    /// <param name="samples">N.</param>
    /// <param name="statistics">K at most.</param>
    public static long Panel(FigureKind kind, long samples, long statistics) => kind == FigureKind.Coupling ? CouplingMap.Bytes(samples, statistics) : samples * BytesOfSample;

    /// <summary>Of the picture: the pixels and their encoding, or the document.</summary>
    public static long Picture(FigureSpec spec) => spec.Format == FigureFormat.Png ? 8L * spec.Width * spec.Height : Svg;
}
