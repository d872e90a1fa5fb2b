using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Runs;
using GradService.Domain.Runs.Torch;

namespace GradService.Domain.Gradients;

/// <summary>Gathers what findings about a gradient may read, from runs beside the one that made the answer.</summary>
internal static class GradientExamination
{
    /// <param name="question">The question.</param>
    /// <param name="plan">What was run.</param>
    /// <param name="inputs">The batch.</param>
    /// <param name="outputs">What it gave.</param>
    /// <param name="layers">The BatchNorm layers as it met them.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="detached">The same with all statistics held constant; null where nothing is to be compared.</param>
    /// <param name="moved">The answer once more, rounded at random.</param>
    /// <param name="flatness">Why derivatives of an order vanish.</param>
    public static IReadOnlyList<DerivativeEvidence> Parts(Question question, RunPlan plan, NdArray inputs, NdArray outputs,
        IReadOnlyList<BatchNormLayerReport> layers, Answer answer, DetachedEvidence? detached, Func<Answer> moved, Func<int, Flatness> flatness)
    {
        if (answer.Gradients is not { } gradients)
        {
            return [];
        }

        var (largest, range, constant) = (outputs.MaxAbsolute(), inputs.WidestRange(), plan.SumsToConstant);

        // Nothing times whatever it is says nothing of it.
        var parts = question.Parts(plan.Size).Where(part => part.Weight > 0).ToList();
        List<DerivativeEvidence> found = [.. parts.Select(part =>
        {
            var values = part.Of(gradients);
            var held = detached is null ? null : part.Of(detached.Values);
            return new DerivativeEvidence(part.Name, part.Order, values.MaxAbsolute(), largest * part.Weight / Math.Pow(range, part.Order), gradients.Dtype)
            {
                Detached = held?.MaxAbsolute(),
                Difference = held?.MaxDifference(values.EveryNth(detached!.Every)),
                IsIdentity = constant && part.SumsSamples,
            };
        })];
        var amplification = Amplification(layers);
        if (found.Exists(part => part.MayBeNoise || part.MayDifferByRounding(amplification)))
        {
            var again = moved().Gradients!;
            found = [.. found.Zip(parts, (evidence, part) => evidence with { Noise = part.Of(gradients).MaxDifference(part.Of(again)) })];
        }

        return [.. found.Select(part => part.MayBeFlat ? part with { Flatness = flatness(part.Order) } : part)];
    }

    /// <summary>How much the layer that does so most makes of rounding.</summary>
    public static double Amplification(IEnumerable<BatchNormLayerReport> layers) => layers.Select(layer => layer.Amplification).DefaultIfEmpty().Max();
}
