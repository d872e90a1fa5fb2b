using GradService.Domain.Arrays;

namespace GradService.Domain.Objectives;

/// <summary>The points of a set [n, D…]: as they came, or drawn when they are first looked at, their number being known before.</summary>
internal sealed class SetPoints
{
    private readonly Func<NdArray>? _draw;
    private NdArray? _inputs;

    private SetPoints(Shape shape, NdArray? inputs, Func<NdArray>? draw) => (Shape, _inputs, _draw) = (shape, inputs, draw);

    /// <summary>[n, D…].</summary>
    public Shape Shape { get; }

    public long Count => Shape[0];

    /// <summary>Whether they are drawn by the service.</summary>
    public bool AreDrawn => _draw is not null;

    public NdArray Inputs => _inputs ??= _draw!();

    public static SetPoints Of(NdArray inputs) => new(inputs.Shape, inputs, draw: null);

    public static SetPoints Drawn(Shape shape, Func<NdArray> draw) => new(shape, inputs: null, draw);
}
