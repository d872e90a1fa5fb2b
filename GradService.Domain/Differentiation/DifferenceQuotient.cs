namespace GradService.Domain.Differentiation;

/// <summary>
/// One entry of an answer as a limit: the change of a weighted sum of outputs along a direction in the inputs.
/// </summary>
/// <param name="InputElement">The element of the flattened inputs [N·D] that moves, where a single one does.</param>
/// <param name="Tangent">The direction, flat [N·D], where all move.</param>
/// <param name="OutputElement">The element of the flattened outputs [N·M] that is watched, where a single one is.</param>
/// <param name="Cotangent">The weights, flat [N·M], where a sum is watched.</param>
internal sealed record DifferenceQuotient(long InputElement, double[]? Tangent, long OutputElement, double[]? Cotangent)
{
    /// <summary>The watched quantity of outputs, flat [N·M].</summary>
    public double Of(ReadOnlySpan<double> outputs)
    {
        if (Cotangent is null)
        {
            return outputs[(int)OutputElement];
        }

        var sum = 0.0;
        for (var i = 0; i < outputs.Length; i++)
        {
            sum += Cotangent[i] * outputs[i];
        }

        return sum;
    }

    /// <summary>The size of the terms that it is summed from, which sets its rounding noise.</summary>
    /// <param name="largestOutput">The largest absolute output.</param>
    public double MagnitudeAt(double largestOutput) => largestOutput * (Cotangent?.Sum(Math.Abs) ?? 1);
}
