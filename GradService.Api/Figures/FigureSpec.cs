using System.ComponentModel.DataAnnotations;
using GradService.Domain.Budget;
using GradService.Domain.Faults;

namespace GradService.Api.Figures;

/// <summary>How to draw.</summary>
internal sealed record FigureSpec
{
    /// <summary>What to draw; absent: what fits the request.</summary>
    public FigureKind? Kind { get; init; }

    /// <summary>Width of the picture, pixels.</summary>
    [Range(200, 4096)]
    public int Width { get; init; } = 960;

    /// <summary>Height of the picture, pixels.</summary>
    [Range(200, 4096)]
    public int Height { get; init; } = 400;

    /// <summary>The colours.</summary>
    public FigureTheme Theme { get; init; } = FigureTheme.Light;

    /// <summary>The form of the picture.</summary>
    public FigureFormat Format { get; init; } = FigureFormat.Svg;

    /// <exception cref="FaultException">The pixels would take too much memory.</exception>
    public void CheckSize(Limits limits)
    {
        var bytes = 4L * Width * Height;
        if (Format == FigureFormat.Png && bytes > limits.MaxNativeBytes)
        {
            throw new FaultException(Fault.TooLarge("figure", $"at most {limits.MaxNativeBytes} bytes of pixels (limit MaxNativeBytes)", $"{bytes}",
                "Ask for a smaller picture, or for format svg."));
        }
    }
}

/// <summary>What a figure shows.</summary>
internal enum FigureKind
{
    /// <summary>Output and derivative over the one input, on two axes, with the extrema of the output marked; for networks of one input.</summary>
    Curves,

    /// <summary>How much each sample moves each other's output, ‖∂y_j/∂x_i‖, with the share of it in the whole; for kind jacobian.</summary>
    Coupling,

    /// <summary>The output over two inputs as colours, with arrows of the gradient; for networks of two inputs.</summary>
    Field,

    /// <summary>Value and cosine of the parameter gradient of a loss in each variant, blind terms marked; for objectives.</summary>
    Terms,
}

/// <summary>The colours of a figure.</summary>
internal enum FigureTheme
{
    /// <summary>Dark on white.</summary>
    Light,

    /// <summary>Light on nearly black.</summary>
    Dark,
}

/// <summary>The form of a picture.</summary>
internal enum FigureFormat
{
    /// <summary>image/svg+xml: lines and outlines of letters, sharp at any size; it needs no font.</summary>
    Svg,

    /// <summary>image/png.</summary>
    Png,
}
