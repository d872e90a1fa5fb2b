using System.Runtime.InteropServices;
using GradService.Api.Figures.Panels;
using GradService.Domain.Faults;
using SkiaSharp;

namespace GradService.Api.Figures.Drawing;

/// <summary>Panels on one picture.</summary>
internal static class FigureCanvas
{
    /// <summary>The picture's bytes. The same panels give the same bytes.</summary>
    /// <exception cref="FaultException">There is no room for so many.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two panels.</exception>
    public static byte[] Draw(IReadOnlyList<Panel> panels, FigureSpec spec, CancellationToken cancellation)
    {
        var places = PanelGrid.Of(panels.Count, spec.Width, spec.Height);
        var colors = FigureColors.Of(spec.Theme);
        return spec.Format == FigureFormat.Png
            ? Png(Paint, spec)
            : Svg(Paint, spec, string.Join("; ", panels.Select(panel => panel.Title)), string.Join(" ", panels.Select(panel => panel.Description)));

        void Paint(SKCanvas canvas)
        {
            using var background = new SKPaint { Color = colors.Background.ToSKColor() };
            canvas.DrawRect(0, 0, spec.Width, spec.Height, background);
            foreach (var (panel, place) in panels.Zip(places))
            {
                cancellation.ThrowIfCancellationRequested();
                PanelFrame.Draw(canvas, panel, place, colors);
            }
        }
    }

    private static byte[] Svg(Action<SKCanvas> paint, FigureSpec spec, string title, string description)
    {
        using var drawn = new MemoryStream();
        using (var canvas = SKSvgCanvas.Create(new SKRect(0, 0, spec.Width, spec.Height), drawn))
        {
            paint(canvas);
        }

        drawn.Position = 0;
        return SvgDocument.Of(drawn, spec.Width, spec.Height, FigureFont.Drawable(title), FigureFont.Drawable(description));
    }

    private static byte[] Png(Action<SKCanvas> paint, FigureSpec spec)
    {
        // In managed memory: where there is none left, that is known, and said.
        var info = new SKImageInfo(spec.Width, spec.Height, SKColorType.Rgba8888, SKAlphaType.Premul);
        var pinned = GCHandle.Alloc(new byte[info.BytesSize], GCHandleType.Pinned);
        try
        {
            using var surface = SKSurface.Create(info, pinned.AddrOfPinnedObject(), info.RowBytes);
            paint(surface.Canvas);
            using var image = surface.Snapshot();
            using var data = image.Encode(SKEncodedImageFormat.Png, 100);
            return data.ToArray();
        }
        finally
        {
            pinned.Free();
        }
    }
}
