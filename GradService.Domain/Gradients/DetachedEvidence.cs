using GradService.Domain.Arrays;

namespace GradService.Domain.Gradients;

/// <summary>
/// The same answer with all statistics held constant, for every sample or, where the network and the batch are large, every n-th: with
/// constant statistics samples do not interact, so those that are left out change nothing for the others.
/// </summary>
/// <param name="Values">The answer, of as many samples as were looked at.</param>
/// <param name="Every">Every how many-th sample that is, beginning with the first.</param>
internal sealed record DetachedEvidence(NdArray Values, int Every)
{
    // Kept elements of a pass, up to which looking at all samples costs next to nothing.
    private const long Cheap = 1 << 20;
    private const int Sparsest = 8;

    /// <summary>Every how many-th sample to look at, so that what explains an answer costs less than the answer.</summary>
    public static int EveryFor(long samples, long keptElementsPerSample)
    {
        var steps = samples.SaturatingTimes(keptElementsPerSample) / Cheap;
        return (int)Math.Clamp(Math.Min(steps, samples / 2), 1, Sparsest);
    }

    public double MaxAbsolute() => Values.MaxAbsolute();

    /// <summary>The largest difference to the answer with the statistics recomputed.</summary>
    public double MaxDifference(NdArray answer) => Values.MaxDifference(answer.EveryNth(Every));

    /// <summary>What to add to a sentence about these numbers; empty where all samples were looked at.</summary>
    public string Extent => Every == 1 ? "" : $" (looked at in every {Every}. sample)";
}
