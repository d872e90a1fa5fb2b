using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Runs;

namespace GradService.Domain.Gradients;

/// <summary>What outputs and gradients take in passes and memory, from sizes alone.</summary>
internal static class GradientCost
{
    // Of a pass as it is and two with an entry moved, outputs alone; one of them is differentiated as the answer was. Measured: functions whose
    // tails are composed keep half as much again, and arrays of inputs and outputs wait for the collector.
    private const long DifferencedAtOnce = 8;

    /// <param name="plan">What is run.</param>
    /// <param name="question">What is asked; null for outputs alone.</param>
    /// <param name="finiteDifferences">Whether a float64 copy will be made.</param>
    public static Cost Of(RunPlan plan, Question? question, bool finiteDifferences)
    {
        var (shape, size, samples) = (plan.Shape, plan.Size, plan.Samples);
        var itemSize = shape.Dtype.SizeInBytes();
        var outputs = shape.Output.After(samples).Elements;
        var answer = question?.ResultElements(size) ?? 0;
        var numbers = outputs.SaturatingPlus(answer).SaturatingPlus(4 * shape.BatchNormChannels);

        var kept = shape.KeptElements.SaturatingTimes(question?.TensorsPerKept(size) ?? Cost.TensorsPerKept);

        // Where the pass gives back what its graph does not hold, and a sweep what it has passed, gradients and temporaries are those of one layer.
        var keptOfBatch = question?.IsSwept == false ? kept
            : Math.Min(kept, shape.KeptElements.SaturatingPlus(shape.MostKeptElements.SaturatingTimes(Cost.TensorsPerKept)));

        // On the way back a layer needs as much again as on the way there.
        var scratch = shape.ScratchElements.SaturatingTimes(samples);
        var alive = shape.ParameterElements
            .SaturatingPlus(keptOfBatch.SaturatingTimes(samples))
            .SaturatingPlus(kept.SaturatingTimes(plan.ReferenceSamples))
            .SaturatingPlus(question?.WorkingElements(size) ?? 0)
            .SaturatingPlus(scratch.SaturatingTimes(2))
            .SaturatingTimes(itemSize);
        var copy = finiteDifferences
            ? shape.ParameterElements
                .SaturatingPlus(shape.KeptElements.SaturatingTimes(DifferencedAtOnce).SaturatingPlus(kept).SaturatingTimes(samples))
                .SaturatingPlus(scratch).SaturatingTimes(sizeof(double))
            : 0;
        var passes = question?.Choose(size).Sweeps ?? 0;
        return new Cost(alive.SaturatingPlus(copy), numbers.SaturatingTimes(itemSize), Work: 0)
        {
            Numbers = numbers,
            Passes = passes,
            RowByRowWork = question?.RowByRowWork(size) ?? 0,
        };
    }
}
